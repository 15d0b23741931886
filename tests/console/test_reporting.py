"""Tasks closed, facts reported, touches touched: decided by the real rules in memory."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from msgspec import structs

from console.cli.exits import Exit
from engine.ids import name_of
from engine.requests import (
    AddContactPoint,
    ClaimTask,
    CompleteTask,
    RecordPersonObjection,
    RecordReply,
    SettleTouch,
)
from tests.console.examples import (
    ACCOUNT,
    COMPLETE,
    asked,
    enrolment,
    niort,
    points_of,
    position,
    stop_line,
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
            *("--next-person", "dgs"),
        )

        request = asked(home)[-1].request
        assert isinstance(request, CompleteTask)
        assert request.note is not None
        assert (request.note.subject, request.note.field) == ("p-1", "note")
        assert request.next_point is not None
        assert {"budget", "estimatif"}.isdisjoint(structs.astuple(request.next_point))
        assert request == CompleteTask(
            task=1,
            outcome="joint_interesse",
            note=request.note,
            next_point=structs.replace(request.next_point, on=date(2027, 3, 1)),
            meeting_at=datetime(2027, 1, 29, 9, tzinfo=UTC),
            person="p-2",
            next_person="p-2",
            maturity=request.maturity,
            calendar=request.calendar,
            others=request.others,
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


class TestCallsThatAreStopped:
    """A number on a screen is dialled: it is asked for under every name it may have."""

    @pytest.mark.parametrize("objected", ["", "05 49 00 00 01", "+33 5 49 00 00 01 poste 12"])
    def test_show_no_number(self, objected: str) -> None:
        """Older homes did not know the switchboard of an extension."""
        home = niort()
        words = ("people", "contact", "Niort", "p-1", "--phone", "05 49 00 00 01 poste 12")
        typed(home, *words)
        added = asked(home)[-1].request
        assert isinstance(added, AddContactPoint)
        of_an_older_home = structs.replace(added.point, behind="", former=())
        home.rows.open_tasks = [task_line(points=(of_an_older_home,))]
        if objected:
            typed(home, "record", "objection", "--number", objected)
            home.rows.stops = [stop_line(name_of(asked(home)[-1].stream))]

        ran = typed(home, "tasks", "--json")

        (line,) = msgspec.json.decode(ran.out)
        assert line["phone"] == ("" if objected else "+33549000001;ext=12")


class TestRecord:
    def test_an_objection_is_the_persons_wherever_known(self) -> None:
        """Somebody who wants no e-mail wants no call either, and in no other account."""
        home = niort()

        ran = typed(home, "record", "objection", "Niort", "--person", "responsable_service")

        item = asked(home)[-1]
        assert ran.exit is Exit.DONE
        assert (item.stream, item.request) == ("person:p-1", RecordPersonObjection(account=ACCOUNT))
        assert "p-1 (responsable_service)" in ran.out
        assert "relance suppressions lift" in ran.out

    def test_an_objection_of_somebody_without_any_address_is_recorded(self) -> None:
        """It binds the address that is added tomorrow."""
        home = niort()
        home.rows.positions = [position("p-1", "dgs")]

        ran = typed(home, "record", "objection", "Niort", "--person", "p-1")

        assert ran.exit is Exit.DONE
        assert asked(home)[-1].stream == "person:p-1"

    def test_an_objection_of_nobody_the_account_knows_is_refused(self) -> None:
        """Nothing of what was typed is written anywhere: it may be a name."""
        home = niort()
        count = len(asked(home))

        ran = typed(home, "record", "objection", "Niort", "--person", "Durand-Martin")

        assert ran.exit is Exit.BAD_INPUT
        assert "be an id or a role in" in ran.err
        assert "Durand" not in ran.out + ran.err
        assert len(asked(home)) == count

    def test_whom_it_touches_can_be_looked_at_first(self) -> None:
        """A number that thirty people share is no reason to stop thirty people."""
        home = niort()
        shared = points_of(home)
        home.rows.positions = [position("p-1", "dsi", *shared), position("p-2", "dgs", *shared)]
        count = len(asked(home))

        words = ("record", "objection", "Niort", "--person", "p-1", "--preview")
        ran = typed(home, *words, "--json")

        told = {
            (line["person"], line["effect"]) for line in msgspec.json.decode(ran.out)["concerned"]
        }
        assert told == {("p-1", "stopped"), ("p-2", "open")}
        assert len(asked(home)) == count
        assert "p-2 (dgs)" in typed(home, *words).out

    def test_an_objection_of_a_switchboard_ends_the_channel_of_its_extensions(self) -> None:
        """It names nobody: whoever is reached through it keeps every other address."""
        home = niort()
        typed(home, "people", "contact", "Niort", "p-1", "--phone", "05 49 00 00 01 poste 12")
        added = asked(home)[-1].request
        assert isinstance(added, AddContactPoint)
        home.rows.positions = [position("p-1", "dgs", added.point)]

        ran = typed(home, "record", "objection", "--number", "+33 5 49 00 00 01", "--json")

        (line,) = msgspec.json.decode(ran.out)["concerned"]
        assert (line["person"], line["effect"], line["channel"]) == ("p-1", "channel", "call")

    @pytest.mark.parametrize(
        ("mark", "effects"),
        [
            (None, {("p-1", "channel"), ("p-2", "channel")}),
            (False, {("p-1", "stopped"), ("p-2", "stopped")}),
        ],
    )
    def test_an_objection_by_an_address_says_whose_it_is(
        self,
        mark: bool | None,  # noqa: FBT001  (a column of the table)
        effects: set[tuple[str, str]],
    ) -> None:
        """Of one known for two people: the end of a channel, or one human under two ids."""
        home = niort()
        shared = points_of(home)
        home.rows.positions = [position("p-1", "dsi", *shared), position("p-2", "dgs", *shared)]
        if mark is not None:
            home.rows.marks = {shared[0].tag: mark}

        ran = typed(home, "record", "objection", "--address", "Durand@ville.example", "--json")

        lines = msgspec.json.decode(ran.out)["concerned"]
        assert {(line["person"], line["effect"]) for line in lines} == effects

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

    def test_a_purchase_says_how_to_take_it_back(self) -> None:
        """A row too low in a list: its plan must not be gone for good."""
        home = niort()
        typed(home, "enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")
        words = ("--evidence", "contract", "--reference", "M-1", "--signed-on", "2027-01-08")

        bought = typed(home, "record", "purchase", "Niort", *words)
        undone = typed(home, "record", "undo", "Niort", "--reason", "une autre ville")

        assert "exit.purchase" in bought.out
        assert "undo: relance record undo" in bought.out
        assert "sale.taken_back" in undone.out

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

        request = asked(home)[-1].request
        assert isinstance(request, SettleTouch)
        assert request == SettleTouch(
            touch=1, was_sent=False, reason=request.reason, attempt_again=True
        )
