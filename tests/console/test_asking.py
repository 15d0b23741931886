"""What is asked through the command line, decided by the real rules in memory."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from console.exits import Exit
from engine.inputs import Input
from engine.requests import (
    AddPerson,
    ClaimTask,
    CompleteTask,
    Enrol,
    RecordObjection,
    RecordReply,
    SettleTouch,
)
from engine.values import ContactPoint, NextPoint
from projections.accounts.enrolments import EnrolmentRow, HoldRow
from projections.accounts.people import PersonRow
from projections.queries.tasks import TaskLine
from tests.console.offices import (
    NOW,
    EngineDoor,
    MemoryOffice,
    MemoryViews,
    SilentDoor,
    account_row,
    typed,
)

COMPLETE = "collectivite-prise-de-contact-30j"
ACCOUNT = "217901917"


def position(person: str, role: str, *points: ContactPoint, account: int = 1) -> PersonRow:
    """Return a person's place in an account."""
    return PersonRow(
        account=account,
        person=person,
        role=role,
        since_at=NOW,
        is_invented=True,
        fields="[]",
        points=msgspec.json.encode(points).decode(),
    )


def niort(engine: EngineDoor | None = None) -> MemoryOffice:
    """Return a home that knows Niort, its service head and its DGS, and the sequence."""
    office = MemoryOffice(engine=engine or EngineDoor())
    setting_up = [
        ["rulesets", "publish"],
        ["sequences", "publish", COMPLETE],
        ["accounts", "add", "Niort", "--siren", ACCOUNT, "--departement", "79"],
        [
            *("people", "add", ACCOUNT, "--person", "p-1", "--role", "responsable_service"),
            *("--family-name", "Durand", "--email", "durand@ville.example"),
        ],
        [
            *("people", "add", ACCOUNT, "--person", "p-2", "--role", "dgs"),
            *("--family-name", "Martin", "--phone", "05 49 00 00 00"),
        ],
    ]
    for words in setting_up:
        ran = typed(office, *words)
        assert ran.exit is Exit.DONE, ran.err
    points = [item.request.points for item in asked(office) if isinstance(item.request, AddPerson)]
    office.rows = MemoryViews(
        accounts=[account_row(name=ACCOUNT, siren=ACCOUNT)],
        positions=[
            position("p-1", "responsable_service", *points[0]),
            position("p-2", "dgs", *points[1]),
        ],
    )
    return office


def asked(office: MemoryOffice) -> list[Input]:
    """Return the inputs that came in."""
    assert office.engine is not None
    return office.engine.inputs


class TestSetUp:
    def test_an_accounts_zones_follow_from_its_departement(self) -> None:
        """A school holiday forgotten is a call nobody answers."""
        office = niort()

        attributes = next(
            item.request.attributes
            for item in asked(office)
            if item.stream == f"account:{ACCOUNT}" and hasattr(item.request, "attributes")
        )

        assert (attributes.school_zone, attributes.time_zone) == ("A", "Europe/Paris")
        assert attributes.siren == ACCOUNT

    def test_names_and_addresses_are_sealed_before_they_leave(self) -> None:
        """What is appended is there for ever."""
        office = niort()

        data = b"".join(msgspec.json.encode(item) for item in asked(office))

        assert b"Durand" not in data
        assert b"durand@" not in data
        assert b"ville.example" in data  # the domain stays clear: caps count it

    def test_who_asks_and_through_what_stand_in_every_input(self) -> None:
        """An auditor asks nothing else first."""
        assert {(item.actor, item.source) for item in asked(niort())} == {("camille", "cli")}

    def test_inputs_carry_the_homes_own_time(self) -> None:
        """A sample lives in another year; an input from its future is refused at the door."""
        assert {item.at for item in asked(niort())} == {NOW}

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (
                ["accounts", "add", "X", "--siren", "217901912"],
                "expected --siren to be nine digits",
            ),
            (["accounts", "add", "X"], "expected --key (or --siren) to be at most 60"),
            (
                ["people", "add", "1", "--role", "dgs", "--family-name", "B", "--email", "b"],
                "one @",
            ),
            (["people", "contact", "1", "p-1"], "be told --email or --phone"),
            (["accounts", "values", "Niort"], "expected the values to be given"),
        ],
    )
    def test_what_cannot_be_stored_is_said(self, words: list[str], told: str) -> None:
        """Sentences name the rule, never the address that was typed."""
        ran = typed(MemoryOffice(), *words)

        assert ran.exit is Exit.BAD_INPUT
        assert told in ran.err


class TestEnrol:
    def test_roles_are_filled_with_who_has_them(self) -> None:
        """The common case needs no list of people."""
        office = niort()

        ran = typed(office, "enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")

        assert ran.exit is Exit.DONE
        request = asked(office)[-1].request
        assert isinstance(request, Enrol)
        assert request.participants == {"responsable_service": "p-1", "dgs": "p-2"}
        assert request.start_on == date(2027, 1, 11)
        assert "undo: relance withdraw 217901917" in ran.out

    def test_a_document_holds_the_whole_plan(self) -> None:
        """A program plans on; every date is there, snake case, in UTC."""
        words = ("enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet", "--json")

        document = typed(niort(), *words).document

        (decision,) = msgspec.convert(document["decisions"], list[dict[str, object]])
        events = msgspec.convert(decision["events"], list[dict[str, object]])
        planned = [one for one in events if one["type"] == "touch_planned"]
        slot = msgspec.convert(planned[0]["slot"], dict[str, object])
        assert document.keys() == {"done", "decisions", "undo"}
        assert (decision["outcome"], decision["stream"]) == ("events", f"account:{ACCOUNT}")
        assert slot["due_at"] == "2027-01-19T07:30:00Z"
        assert len(planned) == 9

    def test_a_second_time_is_refused_with_its_code(self) -> None:
        """The answer says what would allow it, as text and as a document."""
        office = niort()
        words = ("enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")
        typed(office, *words)

        text, document = typed(office, *words), typed(office, *words, "--json")

        assert text.exit is document.exit is Exit.REFUSED
        assert "already_enrolled (p-1)" in text.err
        assert "wait for the end of the person's enrolment" in text.err
        assert document.fault["refusal"] == "already_enrolled"
        assert document.fault["rule"] == "cap.one_sequence_a_person"
        assert document.out == ""

    def test_an_account_nobody_knows_is_asked_and_refused(self) -> None:
        """The refusal stands in the record; a typing error alone would not."""
        office = niort()

        ran = typed(office, "enrol", "Atlantis-sur-Mer", "--sequence", COMPLETE, "--offer", "g")

        assert ran.exit is Exit.REFUSED
        assert "unknown_account (atlantis-sur-mer)" in ran.err
        assert asked(office)[-1].stream == "account:atlantis-sur-mer"

    def test_a_part_of_a_name_lists_who_may_be_meant(self) -> None:
        """Reading a wrong account costs nothing, writing to one does."""
        office = niort()
        office.rows.accounts = [
            account_row(1, name="a-1", title="Saint-Denis", search="saint-denis"),
            account_row(2, name="a-2", title="Saint-Paul", search="saint-paul"),
        ]

        ran = typed(office, "pause", "saint", "--reason", "x", "--json")

        assert ran.exit is Exit.BAD_INPUT
        assert ran.fault["candidates"] == [
            {"id": "a-1", "name": "Saint-Denis"},
            {"id": "a-2", "name": "Saint-Paul"},
        ]

    def test_case_and_accents_of_a_whole_name_do_not_matter(self) -> None:
        """People type names, not spellings."""
        office = niort()
        office.rows.accounts = [account_row(name=ACCOUNT, title="Évry", search="evry")]

        assert typed(office, "pause", "EVRY", "--reason", "x").exit is Exit.DONE


class TestHolds:
    def test_a_pause_says_how_to_lift_it(self) -> None:
        """Whoever pauses forgets; the way back is on the screen."""
        ran = typed(niort(), "pause", "Niort", "--reason", "attend le vote", "--json")

        assert ran.document["undo"] == f"relance resume {ACCOUNT} 1"

    def test_the_only_hold_needs_no_number(self) -> None:
        """One hold is the common case."""
        office = niort()
        typed(office, "pause", "Niort", "--reason", "x")
        office.rows.held = [hold(1)]

        assert typed(office, "resume", "Niort").exit is Exit.DONE

    def test_of_several_one_must_be_named(self) -> None:
        """Lifting the wrong one would send what must wait."""
        office = niort()
        office.rows.held = [hold(1), hold(2)]

        ran = typed(office, "resume", "Niort")

        assert ran.exit is Exit.BAD_INPUT
        assert "1 (account: x), 2 (account: x)" in ran.err


class TestTasks:
    def test_what_an_outcome_requires_is_passed_on(self) -> None:
        """Each option ends in its own field; the note is sealed."""
        office = niort()
        office.rows.open_tasks = [task_line()]

        typed(
            office,
            *("tasks", "done", f"K-{ACCOUNT}-1", "--outcome", "joint_interesse"),
            *("--note", "rappelle vendredi", "--next-point", "2027-03-01|budget|estimatif"),
            *("--meeting-at", "2027-01-29T10:00", "--maturity", "m", "--calendar", "c"),
            *("--others", "o", "--hot", "--check", "2", "--check", "fiche", "--person", "dgs"),
        )

        request = asked(office)[-1].request
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
        office = niort()
        office.rows.open_tasks = [task_line()]

        words = ("tasks", "done", f"K-{ACCOUNT}-1", "--outcome", "done", "--check", "all")
        typed(office, *words)

        request = asked(office)[-1].request
        assert isinstance(request, CompleteTask)
        assert request.checked == ("fiche", "script")

    def test_an_unknown_box_lists_the_boxes(self) -> None:
        """The list is what the person needed."""
        office = niort()
        office.rows.open_tasks = [task_line()]

        words = ("tasks", "done", f"K-{ACCOUNT}-1", "--outcome", "done", "--check", "3")
        ran = typed(office, *words)

        assert ran.exit is Exit.BAD_INPUT
        assert "the boxes: 1. fiche; 2. script" in ran.err

    def test_a_task_of_a_campaign_is_asked_of_the_campaign(self) -> None:
        """Preparation belongs to nobody's account."""
        office = niort()
        office.rows.open_tasks = [task_line(owner="guichet", is_of_campaign=True, person="")]

        ran = typed(office, "tasks", "open", "K-guichet-1")

        assert asked(office)[-1].stream == "campaign:guichet"
        assert asked(office)[-1].request == ClaimTask(task=1)
        assert ran.exit is Exit.REFUSED  # there is no such campaign

    def test_an_unknown_task_is_refused_by_the_rules(self) -> None:
        """The refusal stands in the record."""
        ran = typed(niort(), "tasks", "done", f"K-{ACCOUNT}-9", "--outcome", "done")

        assert ran.exit is Exit.REFUSED
        assert "unknown_task (9)" in ran.err


class TestRecord:
    def test_an_objection_stops_every_address_of_the_person(self) -> None:
        """Somebody who wants no e-mail wants no call either."""
        office = niort()
        typed(office, "people", "contact", "Niort", "p-1", "--phone", "05 49 00 00 01")
        added = asked(office)[-1].request
        office.rows.positions = [
            position("p-1", "responsable_service", *points_of(office), added.point)  # type: ignore[union-attr]  # an AddContactPoint
        ]

        ran = typed(office, "record", "objection", "Niort", "--person", "responsable_service")

        objections = [item for item in asked(office) if isinstance(item.request, RecordObjection)]
        assert ran.exit is Exit.DONE
        assert len({item.stream for item in objections}) == 2
        assert {item.request.person for item in objections} == {"p-1"}  # type: ignore[union-attr]  # all are objections

    def test_an_address_nobody_knows_can_object_too(self) -> None:
        """Opt-out lists name people we never met."""
        office = niort()

        ran = typed(office, "record", "objection", "--address", "Somebody@Ville.example")

        assert ran.exit is Exit.DONE
        assert asked(office)[-1].stream.startswith("contact_point:")
        assert "omebody" not in ran.out + ran.err

    def test_an_objection_of_nobody_is_said(self) -> None:
        """An empty success would be believed."""
        ran = typed(niort(), "record", "objection")

        assert ran.exit is Exit.BAD_INPUT
        assert "name a touch, an account with --person, --address or --number" in ran.err

    def test_a_reply_to_an_unknown_touch_is_refused(self) -> None:
        """Its text is sealed all the same: the input is kept."""
        office = niort()

        words = ("record", "reply", f"T-{ACCOUNT}-9", "--text", "oui, volontiers")
        ran = typed(office, *words)

        request = asked(office)[-1].request
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
        office = niort()
        typed(office, "enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")
        office.rows.enrolled = [enrolment()]

        ran = typed(office, "record", *words)

        assert (ran.exit, ran.err) == (Exit.DONE, "")


class TestTouches:
    def test_a_touch_by_hand_says_how_to_leave_it_out(self) -> None:
        """It was a mistake more often than anything else."""
        office = niort()
        typed(office, "enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")
        office.rows.enrolled = [enrolment()]

        words = ("touches", "add", "Niort", "--person", "p-2", "--channel", "call")
        ran = typed(office, *words, "--on", "2027-02-01", "--reason", "essai", "--json")

        assert ran.exit is Exit.DONE
        assert ran.document["undo"] == f"relance touches skip T-{ACCOUNT}-10 --reason ..."
        assert typed(office, *str(ran.document["undo"]).split()[1:]).exit is Exit.DONE

    def test_settling_passes_on_what_was_found(self) -> None:
        """Attempting again is an order of its own."""
        office = niort()

        words = ("touches", "settle", f"T-{ACCOUNT}-1", "--not-sent", "--again", "--reason", "vu")
        typed(office, *words)

        assert asked(office)[-1].request == SettleTouch(
            touch=1, was_sent=False, reason="vu", attempt_again=True
        )


def test_no_decision_in_time_is_neither_done_nor_refused() -> None:
    """It may still be decided; asking again blindly would do it twice."""
    office = MemoryOffice(engine=SilentDoor(), rows=MemoryViews(accounts=[account_row()]))

    ran = typed(office, "pause", "Niort", "--reason", "x", "--json")

    assert ran.exit is Exit.NO_ANSWER
    assert ran.fault["error"] == "no_answer"


def points_of(office: MemoryOffice) -> tuple[ContactPoint, ...]:
    """Return the addresses with which the first person was added."""
    return next(
        item.request.points for item in asked(office) if isinstance(item.request, AddPerson)
    )


def hold(number: int) -> HoldRow:
    """Return a hold in force."""
    return HoldRow(
        account=1,
        hold=number,
        scope="account",
        reason="x",
        rule="hold.account",
        enrolment=0,
        person="",
        since_at=NOW,
        placed_by="camille",
    )


def enrolment(**changes: object) -> EnrolmentRow:
    """Return an enrolment that runs."""
    row = EnrolmentRow(
        account=1,
        enrolment=1,
        sequence=COMPLETE,
        sequence_hash="h",
        sequence_class="prospecting",
        offer="guichet",
        campaign="",
        participants="{}",
        status="active",
        phase="outreach",
        start_on=date(2027, 1, 11),
        began_at=NOW,
        rule="enrol.order",
    )
    return msgspec.structs.replace(row, **changes)


def task_line(**changes: object) -> TaskLine:
    """Return a call to be made today."""
    line = TaskLine(
        owner=ACCOUNT,
        title="Niort",
        is_of_campaign=False,
        number=1,
        kind="call",
        status="open",
        due_on=date(2027, 1, 11),
        is_overdue=False,
        due_at=NOW,
        rule="step.due",
        enrolment=1,
        touch=2,
        step="1.4",
        sequence=COMPLETE,
        campaign="",
        person="p-1",
        role="responsable_service",
        fields=(),
        points=(),
        is_invented=True,
        checklist=("fiche", "script"),
        missing="",
        claimed_by="",
        claimed_at=None,
        opened_at=NOW,
        outcome="",
        closed_at=None,
        closed_by="",
    )
    return msgspec.structs.replace(line, **changes)
