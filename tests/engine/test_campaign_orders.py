"""Orders to a whole campaign, what it aims at, and whether it is as large as meant."""

from datetime import date

import pytest

from engine import events as e
from engine import requests as r
from engine import rules
from engine.campaign_state import SLICE_MAX
from engine.decision import Events, Nothing
from engine.reactions import reactions
from engine.refusals import RefusalCode
from engine.requests import Request
from engine.wire import decode_body_and_input, encode_body
from tests.engine.account.story import code_of, published_with, thirty_days
from tests.engine.streams import Told
from tests.engine.test_campaign import CAMPAIGN, Founded, creation

PAUSE = r.PauseCampaign(reason="gel")


def opened(count: int, **change: object) -> Founded:
    """Return a campaign with so many accounts that has opened."""
    story = Founded(**change).prepare()
    for number in range(count):
        story.ask(r.RegisterEnrolment(account=str(number), enrolment=1))
    story.ask(r.OpenCampaign())
    return story


def raised(story: Told) -> list[Request]:
    """Return what the last decision asks of accounts."""
    body, cause = decode_body_and_input(encode_body(story.bodies[-1]))
    return [reaction.request for reaction in reactions(body, cause, None)]


def run_out(story: Told) -> list[int]:
    """Let the timers fire until nothing is due; return how many each decision told."""
    told = []
    while rules.due_at(story.stream) is not None:
        raised_now = rules.due(story.stream, story.now)
        if not raised_now:
            break
        ((name, request),) = raised_now
        story.ask(request, name=name, actor="engine")
        told.append(len(raised(story)))
    return told


class TestPauseCampaign:
    def test_holds_each_enrolment_and_resume_lifts_it(self) -> None:
        """A consultation freezes a whole segment: nobody pauses eighty accounts one by one."""
        story = opened(2)

        story.ask(PAUSE)
        paused = raised(story)
        story.ask(r.ResumeCampaign())

        assert paused == [r.PauseForCampaign(enrolment=1, reason="gel")] * 2
        assert raised(story) == [r.ResumeForCampaign(enrolment=1)] * 2

    def test_again_is_nothing_and_so_is_resuming_what_runs(self) -> None:
        """Two colleagues hear of the same freeze."""
        story = opened(1)

        assert story.ask(r.ResumeCampaign()) == Nothing()
        story.ask(PAUSE)
        assert story.ask(PAUSE) == Nothing()

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (r.PauseCampaign(reason=""), RefusalCode.REASON_REQUIRED),
            (r.PauseCampaign(reason="x", until=date(2027, 1, 11)), RefusalCode.INSTANT_PAST),
            (r.CloseCampaign(reason=""), RefusalCode.REASON_REQUIRED),
        ],
    )
    def test_without_a_reason_or_a_day_ahead_is_refused(
        self, request_: Request, code: RefusalCode
    ) -> None:
        """An auditor asks why."""
        assert code_of(opened(1).ask(request_)) is code

    def test_tells_a_crowd_slice_by_slice_and_the_last_order_counts(self) -> None:
        """Resumed while the pause is still told: who never heard of it hears nothing wrong."""
        story = opened(2 * SLICE_MAX + 1)
        run_out(story)

        story.ask(PAUSE)
        first = len(raised(story))
        story.ask(r.ResumeCampaign())

        assert (first, run_out(story)) == (SLICE_MAX, [SLICE_MAX, 1])
        assert {type(request) for request in raised(story)} == {r.ResumeForCampaign}

    def test_a_second_time_within_a_month_tells_everybody_again(self) -> None:
        """Timers are known by name for thirty days: two pauses must not share one."""
        story = opened(SLICE_MAX + 1)
        run_out(story)
        told = []
        for _ in range(2):
            story.ask(PAUSE)
            told.append(run_out(story))
            story.ask(r.ResumeCampaign())
            told.append(run_out(story))

        assert told == [[1]] * 4

    def test_holds_whoever_joins_meanwhile(self) -> None:
        """An account enrolled during the freeze is no exception."""
        story = opened(1)
        story.ask(PAUSE)

        story.ask(r.RegisterEnrolment(account="late", enrolment=3))

        assert [type(request) for request in raised(story)] == [
            r.PauseForCampaign,
            r.OpenEnrolment,
        ]

    def test_keeps_it_from_opening(self) -> None:
        """What stands still does not begin."""
        story = Founded().prepare()
        story.ask(PAUSE)

        assert code_of(story.ask(r.OpenCampaign())) is RefusalCode.STANDS_STILL

    def test_until_a_day_lets_the_rest_begin_on_it(self) -> None:
        """A slice that had not begun waits with the others, and no longer."""
        story = opened(SLICE_MAX + 1)
        story.ask(r.PauseCampaign(reason="gel", until=date(2027, 1, 18)))
        run_out(story)

        due_at = rules.due_at(story.stream)
        assert due_at is not None
        story.now = due_at

        assert due_at.isoformat() == "2027-01-17T23:00:00+00:00"
        assert run_out(story) == [1]


class TestCloseCampaign:
    def test_ends_every_enrolment_and_takes_no_further_order(self) -> None:
        """What is closed stays so; whoever joins all the same ends at once."""
        story = opened(1)

        story.ask(r.CloseCampaign(reason="fin"))
        closed = raised(story)
        refused = [code_of(story.ask(order)) for order in (PAUSE, r.OpenCampaign())]
        story.ask(r.RegisterEnrolment(account="late", enrolment=1))

        assert closed == [r.CloseForCampaign(enrolment=1, reason="fin")]
        assert refused == [RefusalCode.ALREADY_CLOSED] * 2
        assert [type(request) for request in raised(story)] == [r.CloseForCampaign]


class TestOfWhatGoesOnAfterAll:
    """An enrolment that a mistake had ended: orders meant nothing to it meanwhile."""

    @pytest.mark.parametrize(
        ("order", "heard"),
        [
            (PAUSE, r.PauseForCampaign(enrolment=1, reason="gel")),
            (r.CloseCampaign(reason="fin"), r.CloseForCampaign(enrolment=1, reason="")),
        ],
    )
    def test_hears_the_order_that_stands(self, order: Request, heard: Request) -> None:
        """Five more messages went out for a campaign that was closed."""
        story = opened(1)
        story.ask(order)

        story.ask(r.RegisterEnrolment(account="0", enrolment=1))

        assert raised(story) == [heard]
        assert run_out(story) == []

    def test_hears_nothing_of_an_order_that_is_over(self) -> None:
        """A freeze that was lifted holds nobody."""
        story = opened(1)
        story.ask(PAUSE)
        story.ask(r.ResumeCampaign())

        assert story.ask(r.RegisterEnrolment(account="0", enrolment=1)) == Nothing()

    def test_takes_nobodys_turn_to_hear(self) -> None:
        """The others of a large campaign are being told, slice by slice."""
        story = opened(2 * SLICE_MAX + 1)
        run_out(story)
        story.ask(PAUSE)

        story.ask(r.RegisterEnrolment(account="0", enrolment=1))

        assert run_out(story) == [SLICE_MAX, 1]

    def test_leaves_no_preparation_to_do(self) -> None:
        """Work for what never begins would stand in the list for ever."""
        story = Founded()

        outcome = story.ask(r.CloseCampaign(reason="abandon"))

        assert isinstance(outcome, Events)
        withdrawn = [event for event in outcome.events if isinstance(event, e.TaskWithdrawn)]
        assert [event.task for event in withdrawn] == [1, 2]
        assert all(work.is_done for work in story.state.preparation.values())


class TestAims:
    @pytest.mark.capability("C13.5")
    def test_a_sale_is_no_goal_of_thirty_days(self) -> None:
        """C13.5: « 1 marché signé » is refused, « 8 rendez-vous » is not."""
        told = Told(CAMPAIGN, published_with(thirty_days()))

        signed = creation(thirty_days(), goals={"marché signé": 1})
        assert code_of(told.ask(signed)) is RefusalCode.UNREALISTIC_GOAL
        assert isinstance(told.ask(creation(thirty_days(), goals={"meetings": 8})), Events)

    def test_what_nothing_counts_is_no_goal(self) -> None:
        """A goal that no page shows would be parsed and ignored."""
        told = Told(CAMPAIGN, published_with(thirty_days()))

        unknown = creation(thirty_days(), goals={"likes": 3})

        assert code_of(told.ask(unknown)) is RefusalCode.UNKNOWN_GOAL

    def test_more_at_least_than_at_most_is_refused(self) -> None:
        """No number of accounts would be right."""
        told = Told(CAMPAIGN, published_with(thirty_days()))

        outcome = told.ask(creation(thirty_days(), accounts_min=100, accounts_max=50))

        assert code_of(outcome) is RefusalCode.OUT_OF_RANGE

    @pytest.mark.parametrize(
        ("count", "warnings"),
        [
            (45, ("campaign.too_few_accounts",)),
            (80, ()),
            (120, ("campaign.too_many_accounts",)),
        ],
    )
    @pytest.mark.capability("C13.2")
    def test_another_size_is_said_at_the_opening(
        self, count: int, warnings: tuple[str, ...]
    ) -> None:
        """C13.2: 50 to 100 accounts; it opens all the same."""
        story = opened(count, accounts_min=50, accounts_max=100)

        (event,) = [
            event
            for body in story.bodies
            for event in body.events
            if isinstance(event, e.CampaignOpened)
        ]

        assert (event.account_count, event.warnings) == (count, warnings)
