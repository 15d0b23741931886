"""Rules that change under what is planned: attempts obey today's, plans are made again."""

import random
from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.decision import Nothing
from engine.ruleset import Holiday, Interval, Ruleset, Window
from engine.values import Channel, Slot
from tests.engine.account.random_plans import PEOPLE, addressed, plan_of, with_order
from tests.engine.account.story import DGS, DSI, HEAD, MONDAY, PARIS, Story, at, french_rules
from tests.engine.account.test_standstill import run_on

START = date(2027, 4, 26)  # its first e-mail comes on Tuesday 4 May
CLOSED = date(2027, 5, 4)


def with_holiday(*closed: date) -> Ruleset:
    """Return the French rules with more public holidays."""
    known = french_rules()
    national = {day.on: day for day in known.public_holidays.national}
    new = {day: Holiday(day, "jour neuf") for day in closed}
    days = sorted((new | national).values(), key=lambda holiday: holiday.on)
    holidays = replace(known.public_holidays, national=tuple(days))
    return replace(known, version="fr-2027.04", public_holidays=holidays)


def with_email_hours(opens: time, closes: time) -> Ruleset:
    """Return the French rules with other hours for e-mails."""
    known = french_rules()
    window = Window((1, 2, 3, 4, 5), (Interval(opens, closes),))
    return replace(known, version="fr-2027.04", windows=known.windows | {"email": window})


def in_force(story: Story, ruleset: Ruleset) -> None:
    """Put a ruleset in force."""
    published = story.published
    story.published = replace(published, w=published.w + 1, ruleset=ruleset)


def spring() -> Story:
    """Return an enrolment whose first e-mail is planned for 4 May at 8:30, in zone A."""
    story = Story(zone="A")
    story.now = at(START, 8)
    return story.enrolled(HEAD, DGS, DSI, start_on=START)


def moves_of(slot: Slot) -> list[tuple[str, str]]:
    """Return which rule moved a slot to which day."""
    return [(str(move.rule), move.to_on.isoformat()) for move in slot.moves]


class TestAttempt:
    def test_on_a_day_that_became_a_holiday_is_kept_back(self) -> None:
        """The row that was seen: 4 May became a holiday, and the mail left on 4 May."""
        story = spring()
        in_force(story, with_holiday(CLOSED))

        story.run_until(at("2027-05-05", 8))
        (kept,) = story.of(e.TouchKeptBack)
        story.run_until(at("2027-05-05", 9))

        assert kept.rule == "window.holiday"
        assert [story.planned_on(event.touch) for event in story.of(e.TouchAttempted)] == [
            date(2027, 5, 5)
        ]

    def test_outside_the_hours_of_today_waits_for_them(self) -> None:
        """Other e-mail hours bind what was planned for the former ones."""
        story = spring()
        in_force(story, with_email_hours(time(10), time(11)))

        story.run_until(at(CLOSED, 9))
        before = story.of(e.TouchAttempted)
        story.run_until(at(CLOSED, 10, 5))

        assert story.rules_of(e.TouchKeptBack) == ["window.hours"]
        assert (before, len(story.of(e.TouchAttempted))) == ([], 1)

    def test_of_a_call_opens_no_task_on_a_holiday(self) -> None:
        """A person is no more there on a holiday for a call than for an e-mail."""
        story = spring()
        in_force(story, with_holiday(date(2027, 5, 10)))

        story.run_until(at("2027-05-10", 18))

        assert [task for task in story.state.tasks.values() if task.kind == "call"] == []


class TestPlanAgain:
    def test_moves_what_today_forbids_and_what_hangs_on_it(self) -> None:
        """Whoever looks at the plan sees where it goes, not where it would fail."""
        story = spring()
        in_force(story, with_holiday(CLOSED))

        story.ask(r.PlanAgain())

        first = story.state.touches[story.touch("1.3")].slot
        assert first.on == date(2027, 5, 5)
        assert moves_of(first) == [("window.holiday", "2027-05-05")]
        assert set(story.rules_of(e.TouchMoved)) == {"plan.ruleset"}

    def test_under_the_same_rules_is_nothing(self) -> None:
        """A batch that is asked twice shows at the second time that all is done."""
        story = spring()
        story.run_until(at("2027-05-10", 18))

        assert story.ask(r.PlanAgain()) == Nothing()

    def test_lands_again_what_was_kept_back_to_its_place(self) -> None:
        """What the plan leaves where it is must leave a day that is closed by now."""
        story = spring()
        story.now = at(CLOSED, 8, 30)
        touch = story.touch("1.3")
        asked = r.AttemptTouch(
            touch=touch, attempt=1, due_at=story.now, fired_at=story.now,
            kept_back_by="cap.mailbox", until_at=at("2027-05-07", 9),
        )  # fmt: skip
        story.ask(asked)
        kept_on = story.planned_on(touch)
        in_force(story, with_holiday(kept_on))

        story.ask(r.PlanAgain())

        assert story.planned_on(touch) > kept_on

    def test_moves_a_touch_by_hand_off_a_closed_day(self) -> None:
        """It was asked for a day on which somebody works."""
        story = spring()
        asked = r.AddTouch(
            enrolment=1, person=DSI, channel=Channel.CALL, on=date(2027, 5, 12), reason="mandat"
        )
        story.ask(asked)
        (touch,) = [n for n, known in story.state.touches.items() if known.step_index < 0]
        in_force(story, with_holiday(date(2027, 5, 12)))

        story.ask(r.PlanAgain())

        assert story.planned_on(touch) == date(2027, 5, 13)

    def test_leaves_an_agreed_meeting_where_it_is(self) -> None:
        """Somebody named that day: only people move it."""
        story = spring()
        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-05-12", 10)))
        in_force(story, with_holiday(date(2027, 5, 12)))

        story.ask(r.PlanAgain())

        assert story.planned()["1.8", HEAD] == date(2027, 5, 12)

    def test_leaves_what_a_hold_covers_until_it_is_lifted(self) -> None:
        """Nothing that stands still moves; lifted, it goes on by the rules of that day."""
        story = spring()
        story.ask(r.Pause(reason="gel"))
        in_force(story, with_holiday(CLOSED))

        outcome = story.ask(r.PlanAgain())
        story.ask(r.Resume(hold=1))

        assert outcome == Nothing()
        assert story.planned()["1.3", HEAD] == date(2027, 5, 5)


@settings(max_examples=80)
@given(
    seed=st.integers(0, 10**6),
    runs_for=st.integers(0, 30),
    closed=st.sets(st.integers(0, 60), max_size=12),
    hour=st.integers(8, 16),
    plans_again=st.booleans(),
)
def test_no_contact_happens_when_the_rules_of_its_day_forbid_it(
    seed: int, runs_for: int, closed: set[int], hour: int, *, plans_again: bool
) -> None:
    """Whatever was planned by whichever rules: those in force bind, asked for or not."""
    plan = with_order(plan_of(random.Random(seed)))
    story = Story(plan).with_people(*PEOPLE)
    story.ask(story.enrol(*addressed(plan)))
    changed_at = at(MONDAY, hour) + timedelta(days=runs_for)
    run_on(story, wakes_first=False, until_at=changed_at)
    story.now = max(story.now, changed_at)
    holidays = {MONDAY + timedelta(days=runs_for + 1 + day) for day in closed}
    opens = (datetime.combine(MONDAY, time(hour)) + timedelta(minutes=30)).time()
    ruleset = with_holiday(*holidays)
    windows = ruleset.windows | with_email_hours(opens, time(17)).windows
    before_count = len(story.bodies)

    in_force(story, replace(ruleset, windows=windows))
    if plans_again:
        story.ask(r.PlanAgain())
        assert story.ask(r.PlanAgain()) == Nothing()
    run_on(story, wakes_first=False)

    for body in story.bodies[before_count:]:
        for event in body.events:
            local = body.at.astimezone(PARIS)
            if isinstance(event, e.TouchAttempted):
                assert opens <= local.time() < time(17), event
            if isinstance(event, e.TouchAttempted | e.TaskOpened) and event.touch:
                assert local.date() not in holidays, event
