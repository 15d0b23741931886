"""Tasks closed, facts reported, touches touched: decided by the real rules in memory."""

from datetime import UTC, date, datetime

import pytest

from console.cli.exits import Exit
from engine.requests import (
    ClaimTask,
    CompleteTask,
    RecordObjection,
    RecordReply,
    SettleTouch,
)
from engine.values import NextPoint
from tests.console.examples import (
    ACCOUNT,
    COMPLETE,
    asked,
    enrolment,
    niort,
    points_of,
    position,
    task_line,
)
from tests.console.homes import (
    typed,
)


class TestTasks:
    def test_what_an_outcome_requires_is_passed_on(self) -> None:
        """Each option ends in its own field; the note is sealed."""
        home = niort()
        home.rows.open_tasks = [task_line()]

        typed(
            home,
            *("tasks", "done", f"K-{ACCOUNT}-1", "--outcome", "joint_interesse"),
            *("--note", "rappelle vendredi", "--next-point", "2027-03-01|budget|estimatif"),
            *("--meeting-at", "2027-01-29T10:00", "--maturity", "m", "--calendar", "c"),
            *("--others", "o", "--hot", "--check", "2", "--check", "fiche", "--person", "dgs"),
        )

        request = asked(home)[-1].request
        assert isinstance(request, CompleteTask)
        assert request.note is not None
        assert (request.note.subject, request.note.field) == ("p-1", "note")
        assert request == CompleteTask(
            task=1,
            outcome="joint_interesse",
            note=request.note,
            next_point=NextPoint(on=date(2027, 3, 1), object="budget", deliverable="estimatif"),
            meeting_at=datetime(2027, 1, 29, 9, tzinfo=UTC),
            person="p-2",
            maturity="m",
            calendar="c",
            others="o",
            is_hot=True,
            checked=("script", "fiche"),
        )

    def test_all_boxes_are_ticked_with_one_word(self) -> None:
        """Boxes are sentences; nobody types them."""
        home = niort()
        home.rows.open_tasks = [task_line()]

        words = ("tasks", "done", f"K-{ACCOUNT}-1", "--outcome", "done", "--check", "all")
        typed(home, *words)

        request = asked(home)[-1].request
        assert isinstance(request, CompleteTask)
        assert request.checked == ("fiche", "script")

    def test_an_unknown_box_lists_the_boxes(self) -> None:
        """The list is what the person needed."""
        home = niort()
        home.rows.open_tasks = [task_line()]

        words = ("tasks", "done", f"K-{ACCOUNT}-1", "--outcome", "done", "--check", "3")
        ran = typed(home, *words)

        assert ran.exit is Exit.BAD_INPUT
        assert "the boxes: 1. fiche; 2. script" in ran.err

    def test_a_task_of_a_campaign_is_asked_of_the_campaign(self) -> None:
        """Preparation belongs to nobody's account."""
        home = niort()
        home.rows.open_tasks = [task_line(owner="guichet", is_of_campaign=True, person="")]

        ran = typed(home, "tasks", "open", "K-guichet-1")

        assert asked(home)[-1].stream == "campaign:guichet"
        assert asked(home)[-1].request == ClaimTask(task=1)
        assert ran.exit is Exit.REFUSED  # there is no such campaign

    def test_an_unknown_task_is_refused_by_the_rules(self) -> None:
        """The refusal stands in the record."""
        ran = typed(niort(), "tasks", "done", f"K-{ACCOUNT}-9", "--outcome", "done")

        assert ran.exit is Exit.REFUSED
        assert "unknown_task (9)" in ran.err


class TestRecord:
    def test_an_objection_stops_every_address_of_the_person(self) -> None:
        """Somebody who wants no e-mail wants no call either."""
        home = niort()
        typed(home, "people", "contact", "Niort", "p-1", "--phone", "05 49 00 00 01")
        added = asked(home)[-1].request
        home.rows.positions = [
            position("p-1", "responsable_service", *points_of(home), added.point)  # type: ignore[union-attr]  # an AddContactPoint
        ]

        ran = typed(home, "record", "objection", "Niort", "--person", "responsable_service")

        objections = [item for item in asked(home) if isinstance(item.request, RecordObjection)]
        assert ran.exit is Exit.DONE
        assert len({item.stream for item in objections}) == 2
        assert {item.request.person for item in objections} == {"p-1"}  # type: ignore[union-attr]  # all are objections

    def test_an_address_nobody_knows_can_object_too(self) -> None:
        """Opt-out lists name people we never met."""
        home = niort()

        ran = typed(home, "record", "objection", "--address", "Somebody@Ville.example")

        assert ran.exit is Exit.DONE
        assert asked(home)[-1].stream.startswith("contact_point:")
        assert "omebody" not in ran.out + ran.err

    def test_an_objection_of_nobody_is_said(self) -> None:
        """An empty success would be believed."""
        ran = typed(niort(), "record", "objection")

        assert ran.exit is Exit.BAD_INPUT
        assert "name a touch, an account with --person, --address or --number" in ran.err

    def test_a_reply_to_an_unknown_touch_is_refused(self) -> None:
        """Its text is sealed all the same: the input is kept."""
        home = niort()

        words = ("record", "reply", f"T-{ACCOUNT}-9", "--text", "oui, volontiers")
        ran = typed(home, *words)

        request = asked(home)[-1].request
        assert ran.exit is Exit.REFUSED
        assert "unknown_touch (9)" in ran.err
        assert isinstance(request, RecordReply)
        assert request.text is not None
        assert "volontiers" not in request.text.data

    def test_a_milestone_in_the_past_is_refused(self) -> None:
        """A next point that has passed is none."""
        ran = typed(niort(), "milestones", "set", "Niort", "--next-point", "2026-01-01|a|b")

        assert ran.exit is Exit.REFUSED
        assert "instant_past (2026-01-01)" in ran.err

    def test_only_a_purchase_makes_a_client(self) -> None:
        """A date in the future is no signature."""
        words = ("record", "purchase", "Niort", "--evidence", "contract", "--reference", "M-1")

        assert typed(niort(), *words, "--signed-on", "2027-01-08").exit is Exit.DONE
        assert typed(niort(), *words, "--signed-on", "2027-02-08").exit is Exit.REFUSED

    @pytest.mark.parametrize(
        "words",
        [
            ["absence", "Niort", "--person", "p-1", "--return-on", "2027-01-20"],
            ["bounce", "Niort", "--person", "p-1", "--code", "5.1.1"],
            ["refusal", "Niort", "--person", "p-1"],
            ["departure", "Niort", "--person", "p-2"],
            ["vote", "Niort", "--on", "2027-01-08"],
            ["notice", "Niort", "--reference", "BOAMP-1"],
            ["opportunity", "Niort", "--reference", "O-1"],
            ["meeting", "Niort", "--person", "p-1", "--at", "2027-01-29T10:00"],
            ["reply", "Niort", "--person", "p-1"],
        ],
        ids=lambda words: words[0],
    )
    def test_each_report_reaches_the_rules(self, words: list[str]) -> None:
        """A report that is lost on the way is worse than a refusal."""
        home = niort()
        typed(home, "enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")
        home.rows.enrolled = [enrolment()]

        ran = typed(home, "record", *words)

        assert (ran.exit, ran.err) == (Exit.DONE, "")


class TestTouches:
    def test_a_touch_by_hand_says_how_to_leave_it_out(self) -> None:
        """It was a mistake more often than anything else."""
        home = niort()
        typed(home, "enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")
        home.rows.enrolled = [enrolment()]

        words = ("touches", "add", "Niort", "--person", "p-2", "--channel", "call")
        ran = typed(home, *words, "--on", "2027-02-01", "--reason", "essai", "--json")

        assert ran.exit is Exit.DONE
        assert ran.document["undo"] == f"relance touches skip T-{ACCOUNT}-10 --reason ..."
        assert typed(home, *str(ran.document["undo"]).split()[1:]).exit is Exit.DONE

    def test_settling_passes_on_what_was_found(self) -> None:
        """Attempting again is an order of its own."""
        home = niort()

        words = ("touches", "settle", f"T-{ACCOUNT}-1", "--not-sent", "--again", "--reason", "vu")
        typed(home, *words)

        assert asked(home)[-1].request == SettleTouch(
            touch=1, was_sent=False, reason="vu", attempt_again=True
        )
