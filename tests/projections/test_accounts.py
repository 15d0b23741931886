"""What events change of accounts, people and enrolments."""

from datetime import date, timedelta
from typing import get_args

import pytest

from engine import events as e
from engine.errors import InvalidValueError, StreamDamageError
from engine.events import AccountEvent, CampaignEvent
from engine.plan import Phase
from engine.values import NextPoint
from projections.accounts import enrolments, holds, organisations
from projections.accounts.numbering import PARTITIONS_MAX, numbers_on
from projections.accounts.view import KINDS, PARTS
from projections.facts import concerning, fact_of
from projections.parts import Sheet
from tests.projections.examples import (
    ADDRESS,
    AUTUMN,
    CAMPAIGN,
    EMAIL,
    EVRY,
    LATER,
    NIORT,
    OTHER_OUTCOMES,
    PHONE,
    POINT,
    START_AT,
    TODAY,
    account_added,
    decision,
    enrolled,
    history,
    person_added,
)
from tests.projections.founded import ACCOUNT, account, enrolment, fold, folded, person, rows_on

CHANGES_NO_ROW = {
    e.ValuesSet,  # messages read them in the log
    e.StepOmitted,  # no touch came of it: the timeline tells
    e.ReplyReceived,  # what it causes are events of its own, here and below
    e.AutomaticReplyReceived,
    e.BounceReceived,
    e.ObjectionStated,
    e.NoticePublished,
    e.EnrolmentLacked,  # said once, in the timeline
    e.OpportunityTaken,
    e.SaleTakenBack,  # what it puts back are events of their own
    e.EnrolmentsReleased,
    e.EnrolmentsTold,  # its campaign's row says that it opened
}


class TestEveryEvent:
    """Which events the view looks at."""

    def test_is_folded_or_known_to_change_nothing(self) -> None:
        """A new event that nobody thought of would be missing in every page."""
        every = {*get_args(AccountEvent), *get_args(CampaignEvent)}

        assert set(PARTS.by_event) | CHANGES_NO_ROW == every
        assert not set(PARTS.by_event) & CHANGES_NO_ROW

    @pytest.mark.parametrize("event", [*LATER, *CAMPAIGN], ids=lambda one: type(one).__name__)
    def test_leaves_the_tables_alone_that_it_does_not_concern(self, event: e.Event) -> None:
        """Each module may be given any event, and changes only what it owns."""
        fact = fact_of(decision(event), number=ACCOUNT)
        sheet = Sheet()

        for part in PARTS.parts:
            if type(event) not in part.events:
                part.fold(sheet, fact, event)

        assert not any(rows.changed for rows in rows_on(sheet).values())

    @pytest.mark.parametrize("event", LATER[:4], ids=lambda one: type(one).__name__)
    def test_about_nothing_known_is_damage(self, event: e.Event) -> None:
        """A view that guesses would hide a log nobody could have written."""
        with pytest.raises(StreamDamageError, match=f"{EVRY} at version 2 to take its event"):
            fold(Sheet(), history(account_added(), event))

    def test_of_a_stream_without_beginning_is_damage(self) -> None:
        """An account has a number from its first event on."""
        with pytest.raises(StreamDamageError, match="PersonAdded"):
            fold(Sheet(), history(person_added()))

    def test_counts_only_if_something_happened(self) -> None:
        """A refusal changes no page but the audit trail."""
        refusals = [decision(outcome=outcome) for outcome in OTHER_OUTCOMES]
        elsewhere = history(*POINT, stream=ADDRESS)

        assert concerning([*refusals, *elsewhere], *KINDS) == ()


class TestNumbers:
    """Accounts and campaigns are numbered in each partition, densely."""

    def test_do_not_depend_on_how_partitions_interleave(self) -> None:
        """A fold from zero must give the same numbers, or no row would compare."""
        first = history(account_added(), partition=3)
        second = [
            *history(account_added("Niort"), stream=NIORT, partition=4),
            *history(*CAMPAIGN, stream=AUTUMN, partition=4, after=1),
        ]

        one, other = Sheet(), Sheet()
        fold(one, [*first, *second])
        fold(other, [*second, *first])

        assert (
            numbers_on(one)
            == numbers_on(other)
            == {
                EVRY: PARTITIONS_MAX + 3,
                NIORT: PARTITIONS_MAX + 4,
                AUTUMN: 2 * PARTITIONS_MAX + 4,
            }
        )

    def test_end_where_partitions_would_share_them(self) -> None:
        """Two accounts of one number would share their pages."""
        with pytest.raises(InvalidValueError, match="be below 1024, got: 1024"):
            fold(Sheet(), history(account_added(), partition=PARTITIONS_MAX))


class TestAccounts:
    """Where an organisation stands."""

    def test_begin_as_leads_to_be_found_without_accents(self) -> None:
        """Nobody types « Évry » the same way twice."""
        row = account()

        assert row == organisations.AccountRow(
            account=ACCOUNT,
            name="219102280",
            title="Évry-Courcouronnes",
            search="evry courcouronnes",
            title_with_article="",
            kind="commune",
            siren="219102280",
            departement="",
            population=66_000,
            time_zone="Europe/Paris",
            is_sample=False,
            added_at=START_AT + timedelta(hours=1),
            status="lead",
            status_since_at=START_AT + timedelta(hours=1),
            stage="identification",
            stage_since_at=START_AT + timedelta(hours=1),
        )

    def test_move_through_status_and_stage_with_their_instant(self) -> None:
        """Ageing is counted from these instants."""
        row = account(
            e.StatusChanged(rule="status.meeting", status="prospect"),
            e.StageChanged(rule="stage.order", stage="proposition"),
        )

        assert (row.status, row.status_since_at) == ("prospect", START_AT + timedelta(hours=10))
        assert (row.stage, row.stage_since_at) == ("proposition", START_AT + timedelta(hours=11))

    def test_have_the_last_next_point(self) -> None:
        """A milestone is complete or useless: day, object, deliverable."""
        points = [NextPoint(date(2027, month, 1), f"objet {month}", "note") for month in (5, 6)]

        row = account(
            *(
                e.MilestoneSet(rule="milestone.call", milestone=number, next_point=point)
                for number, point in enumerate(points, start=1)
            )
        )

        assert (row.milestone, row.milestone_on) == (2, date(2027, 6, 1))
        assert (row.milestone_object, row.milestone_deliverable) == ("objet 6", "note")
        assert row.milestone_rule == "milestone.call"

    def test_keep_vote_exchange_and_warmth(self) -> None:
        """Each is a reason to call, or not to."""
        row = account(
            e.VoteObserved(rule="anchor.vote", vote_on=TODAY),
            e.ExchangeHad(rule="exchange", person="person-1", role="responsable_service"),
            e.AccountWarmed(rule="meeting.hot", enrolment=1),
        )

        assert (row.vote_on, row.is_hot) == (TODAY, True)
        assert row.exchanged_at == START_AT + timedelta(hours=11)


class TestPeople:
    """A person's place in an account."""

    def test_keeps_personal_fields_sealed(self) -> None:
        """What the view cannot open, a stolen view does not tell."""
        row = person()

        assert "bmFtZQ" in row.fields
        assert "c2VhbGVk" in row.points
        assert (row.role, row.is_invented) == ("responsable_service", True)

    def test_gains_and_loses_addresses(self) -> None:
        """A wrong address must not be shown as if it were good."""
        row = person(
            e.ContactPointAdded(rule="r", person="person-1", point=PHONE),
            e.ContactPointFailed(rule="r", person="person-1", tag=EMAIL.tag),
            e.ContactPointFailed(rule="r", person="person-1", tag=PHONE.tag),
        )

        assert row.points.count('"tag"') == 2
        assert row.failed_tags == "tag-a+tag-b"

    def test_ends_by_departure_or_objection(self) -> None:
        """The page must say at once why nobody may write."""
        gone = person(e.PersonDeparted(rule="exit.departure", person="person-1"))
        stopped = person(e.PersonStopped(rule="exit.objection", person="person-1"))

        assert gone.is_gone
        assert (stopped.stopped_by, stopped.stopped_at) == (
            "objection",
            START_AT + timedelta(hours=10),
        )

    def test_remembers_absence_refusal_and_exchanges(self) -> None:
        """The first exchange with a service head opens the way to élus."""
        had = e.ExchangeHad(rule="exchange", person="person-1", role="responsable_service")

        row = person(
            had,
            had,
            e.Postponed(rule="r", person="person-1", until=TODAY),
            e.RefusalReceived(rule="r", person="person-1"),
        )

        assert row.first_exchanged_at == START_AT + timedelta(hours=10)
        assert row.exchanged_at == START_AT + timedelta(hours=11)
        assert row.absent_until == TODAY
        assert row.refused_at == START_AT + timedelta(hours=13)


class TestEnrolments:
    """An account going through a sequence."""

    def test_wait_for_their_campaign_then_begin(self) -> None:
        """A pending enrolment counts in no team's work."""
        opened = e.EnrolmentOpened(rule="campaign.opened", enrolment=1, start_on=TODAY)

        assert (enrolment().status, enrolment().campaign) == ("pending", "ecoles")
        assert (enrolment(opened).status, enrolment(opened).rule) == ("active", "campaign.opened")

    def test_without_a_campaign_are_active_at_once(self) -> None:
        """Nothing would ever open them."""
        sheet = Sheet()
        fold(sheet, history(account_added(), enrolled(is_pending=False)))

        assert sheet.of(enrolments.TABLE).get(ACCOUNT, 1).status == "active"

    def test_change_their_people(self) -> None:
        """A role without a person is a task for somebody."""
        row = enrolment(
            e.ParticipantAssigned(rule="r", enrolment=1, role="dgs", person="person-2"),
            e.ParticipantLost(rule="r", enrolment=1, role="responsable_service", person="p"),
        )

        assert row.participants == '{"dgs":"person-2"}'

    def test_move_and_shift(self) -> None:
        """What moved a plan by a week must be seen beside it."""
        row = enrolment(
            e.PhaseChanged(rule="exit.reply", enrolment=1, phase=Phase.ENGAGED),
            e.EnrolmentShifted(rule="hold.lifted", enrolment=1, days=7),
            e.EnrolmentShifted(rule="hold.lifted", enrolment=1, days=7),
            e.MeetingAgreed(
                rule="exit.meeting", enrolment=1, person="person-1", meeting_at=START_AT
            ),
            e.AccountWarmed(rule="meeting.hot", enrolment=1),
        )

        assert (row.phase, row.rule, row.shift_days) == ("engaged", "exit.reply", 14)
        assert (row.meeting_at, row.is_hot) == (START_AT, True)

    @pytest.mark.parametrize(
        ("event", "status"),
        [
            (e.EnrolmentFinished(rule="exit.reply", enrolment=1, reason="reply"), "finished"),
            (e.EnrolmentWithdrawn(rule="order", enrolment=1, reason="reply"), "withdrawn"),
        ],
        ids=["finished", "withdrawn"],
    )
    def test_end_with_their_reason(self, event: e.Event, status: str) -> None:
        """An end without a reason cannot be learnt from."""
        row = enrolment(event, e.CoolDownStarted(rule="r", enrolment=1, until=TODAY, reason="x"))

        assert (row.status, row.reason, row.rule) == (status, "reply", event.rule)
        assert row.ended_at == START_AT + timedelta(hours=10)
        assert row.cool_down_until == TODAY

    def test_holds_stay_with_their_end(self) -> None:
        """Why nothing happened for a month is asked long after."""
        sheet = folded(e.HoldLifted(rule="hold.ended", hold=2))

        rows = sheet.of(holds.TABLE)
        first, second = rows.get(ACCOUNT, 1), rows.get(ACCOUNT, 2)
        assert (first.scope, first.placed_by, first.lifted_at) == ("account", "ines", None)
        assert second.lifted_at == START_AT + timedelta(hours=10)
        assert second.lifted_rule == "hold.ended"
