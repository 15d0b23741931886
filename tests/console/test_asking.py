"""What is asked through the command line, decided by the real rules in memory."""

from datetime import date

import msgspec
import pytest

from console.cli.exits import Exit
from engine.requests import (
    Enrol,
)
from tests.console.examples import ACCOUNT, COMPLETE, asked, hold, niort
from tests.console.homes import MemoryHome, MemoryViews, SilentDoor, typed
from tests.console.lines import NOW, account_row


class TestSetUp:
    def test_an_accounts_zones_follow_from_its_departement(self) -> None:
        """A school holiday forgotten is a call nobody answers."""
        home = niort()

        attributes = next(
            item.request.attributes
            for item in asked(home)
            if item.stream == f"account:{ACCOUNT}" and hasattr(item.request, "attributes")
        )

        assert (attributes.school_zone, attributes.time_zone) == ("A", "Europe/Paris")
        assert attributes.siren == ACCOUNT

    def test_names_and_addresses_are_sealed_before_they_leave(self) -> None:
        """What is appended is there for ever."""
        home = niort()

        data = b"".join(msgspec.json.encode(item) for item in asked(home))

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
        ran = typed(MemoryHome(), *words)

        assert ran.exit is Exit.BAD_INPUT
        assert told in ran.err


def plain(text: str) -> str:
    """Return a text whatever its lines."""
    return " ".join(text.split())


class TestEnrol:
    def test_roles_are_filled_with_who_has_them(self) -> None:
        """The common case needs no list of people."""
        home = niort()

        ran = typed(home, "enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")

        assert ran.exit is Exit.DONE
        request = asked(home)[-1].request
        assert isinstance(request, Enrol)
        assert request.participants == {"responsable_service": "p-1", "dgs": "p-2"}
        assert request.start_on == date(2027, 1, 11)
        assert "undo: relance withdraw 217901917" in ran.out

    def test_a_role_is_named_once_under_whatever_name(self) -> None:
        """Of two people the second took the place of the first, who was never told."""
        words = ("enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")
        people = ("--participant", "dgs=p-1", "--participant", "directrice_generale=p-2")

        ran = typed(niort(), *words, *people)

        assert ran.exit is Exit.BAD_INPUT
        assert "expected --participant to name each role once, got: dgs twice" in ran.err

    def test_a_role_that_the_sequence_needs_must_have_somebody(self) -> None:
        """It was taken, and each step of the service head waited for nobody."""
        home = niort()
        home.rows.positions = [row for row in home.rows.positions if row.person != "p-1"]
        words = ("enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")

        refused, anyway = typed(home, *words), typed(home, *words, "--anyway")

        assert refused.exit is Exit.BAD_INPUT
        assert "to have somebody as responsable_service, got: nobody" in refused.err
        assert anyway.exit is Exit.DONE
        assert "nobody is responsable_service, whom the sequence needs" in plain(anyway.out)

    def test_what_it_lacks_is_said_at_once(self) -> None:
        """Whoever enrols is there to mend it; a task would say it a week later."""
        home = niort()

        ran = typed(home, "enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")

        assert "! no values " in plain(ran.out)
        assert "nothing to reach dgs: email: such steps are left out" in plain(ran.out)

    def test_a_document_holds_the_whole_plan(self) -> None:
        """A program plans on; every date is there, snake case, in UTC."""
        words = ("enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet", "--json")

        document = typed(niort(), *words).document

        (decision,) = msgspec.convert(document["decisions"], list[dict[str, object]])
        events = msgspec.convert(decision["events"], list[dict[str, object]])
        planned = [event for event in events if event["type"] == "touch_planned"]
        slot = msgspec.convert(planned[0]["slot"], dict[str, object])
        assert document.keys() == {"done", "decisions", "undo", "warnings"}
        assert (decision["outcome"], decision["stream"]) == ("events", f"account:{ACCOUNT}")
        assert slot["due_at"] == "2027-01-19T07:30:00Z"
        assert len(planned) == 9

    def test_a_second_time_is_refused_with_its_code(self) -> None:
        """The answer says what would allow it, as text and as a document."""
        home = niort()
        words = ("enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet")
        typed(home, *words)

        text, document = typed(home, *words), typed(home, *words, "--json")

        assert text.exit is document.exit is Exit.REFUSED
        assert "already_enrolled (p-1)" in text.err
        assert "wait for the end of the person's enrolment" in text.err
        assert document.fault["refusal"] == "already_enrolled"
        assert document.fault["rule"] == "cap.one_sequence_a_person"
        assert document.out == ""

    def test_an_account_nobody_knows_is_asked_and_refused(self) -> None:
        """The refusal stands in the record; a typing error alone would not."""
        home = niort()

        ran = typed(home, "enrol", "Atlantis-sur-Mer", "--sequence", COMPLETE, "--offer", "g")

        assert ran.exit is Exit.REFUSED
        assert "unknown_account (atlantis-sur-mer)" in ran.err
        assert asked(home)[-1].stream == "account:atlantis-sur-mer"

    def test_a_part_of_a_name_lists_who_may_be_meant(self) -> None:
        """Reading a wrong account costs nothing, writing to one does."""
        home = niort()
        home.rows.accounts = [
            account_row(1, name="a-1", title="Saint-Denis", search="saint-denis"),
            account_row(2, name="a-2", title="Saint-Paul", search="saint-paul"),
        ]

        ran = typed(home, "pause", "saint", "--reason", "x", "--json")

        assert ran.exit is Exit.BAD_INPUT
        assert ran.fault["candidates"] == [
            {"id": "a-1", "name": "Saint-Denis"},
            {"id": "a-2", "name": "Saint-Paul"},
        ]

    def test_case_and_accents_of_a_whole_name_do_not_matter(self) -> None:
        """People type names, not spellings."""
        home = niort()
        home.rows.accounts = [account_row(name=ACCOUNT, title="Évry", search="evry")]

        assert typed(home, "pause", "EVRY", "--reason", "x").exit is Exit.DONE


class TestHolds:
    def test_a_pause_says_how_to_lift_it(self) -> None:
        """Whoever pauses forgets; the way back is on the screen."""
        ran = typed(niort(), "pause", "Niort", "--reason", "attend le vote", "--json")

        assert ran.document["undo"] == f"relance resume {ACCOUNT} 1"

    def test_the_only_hold_needs_no_number(self) -> None:
        """One hold is the common case."""
        home = niort()
        typed(home, "pause", "Niort", "--reason", "x")
        home.rows.held = [hold(1)]

        assert typed(home, "resume", "Niort").exit is Exit.DONE

    def test_of_several_one_must_be_named(self) -> None:
        """Lifting the wrong one would send what must wait."""
        home = niort()
        home.rows.held = [hold(1), hold(2)]

        ran = typed(home, "resume", "Niort")

        assert ran.exit is Exit.BAD_INPUT
        assert "1 (account), 2 (account)" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ["enrol", "Niort", "--sequence", COMPLETE, "--offer", "guichet"],
        ["people", "add", "Niort", "--role", "daf", "--family-name", "Petit"],
        ["tasks", "open", f"K-{ACCOUNT}-1"],
        ["tasks", "done", f"K-{ACCOUNT}-1", "--outcome", "done", "--note", "vu"],
        ["status"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_how_the_home_stands_is_asked_once(words: list[str]) -> None:
    """Each time is a round trip, and two instants in one command may lie on two days."""
    home = niort()
    assert home.engine is not None
    home.engine.health_count = 0

    typed(home, *words)

    assert home.engine.health_count == 1


def test_no_decision_in_time_is_neither_done_nor_refused() -> None:
    """It may still be decided; asking again blindly would do it twice."""
    home = MemoryHome(engine=SilentDoor(), rows=MemoryViews(accounts=[account_row()]))

    ran = typed(home, "pause", "Niort", "--reason", "x", "--json")

    assert ran.exit is Exit.NO_ANSWER
    assert ran.fault["error"] == "no_answer"
