"""What people look at: empty homes say what to try, names are shown or hidden."""

import asyncio
from datetime import date, timedelta

import msgspec
import pytest

from console.cli.exits import Exit
from engine.rule_ids import RULES, RuleId
from engine.values import Sealed
from infra.runtime.owning.waiting_line import HeldUp
from infra.vault.port import Item
from projections.check import Difference, ViewCheck
from projections.queries.why import MoveLine, TouchLine, Why
from tests.console.examples import stop_line, task_line
from tests.console.homes import MemoryHome, MemoryViews, typed
from tests.console.lines import NOW, account_row

FAMILY_NAME = "Vasseur"


async def sealed(home: MemoryHome) -> tuple[Sealed, ...]:
    """Return the name of a person, sealed."""
    name = Item(subject="p-1", input_id="i-1", field="family_name", text=FAMILY_NAME)
    return await home.safe.seal([name])


def test_status_says_which_mailbox_is_held_up_and_since_when() -> None:
    """Whoever wonders why nothing leaves looks here first."""
    home = MemoryHome()
    assert home.engine is not None
    home.engine.held_up = (
        HeldUp(
            sender="equipe",
            domain="",
            rule=RuleId.MAILBOX_UNREACHABLE,
            since_at=NOW - timedelta(hours=1),
            until_at=NOW + timedelta(minutes=15),
            touch_count=7,
        ),
    )

    ran = typed(home, "status")

    assert "mailbox equipe: mailbox.unreachable since" in ran.out
    assert "7 e-mails wait" in " ".join(ran.out.split())


class TestEmptyHome:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["pipeline"], "relance accounts add NAME"),
            (["tasks"], "tasks --until DAY"),
            (["campaigns"], "relance campaigns create"),
            (["suppressions"], "Nothing is suppressed"),
            (["timeline", "Niort"], "relance enrol commune-79191"),
            (["status"], "Touches: none yet"),
            (["log", "read", "0"], "no record from there on"),
        ],
    )
    def test_it_says_what_to_try_next(self, words: list[str], told: str) -> None:
        """The first minute decides whether there is a second."""
        home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))

        ran = typed(home, *words)

        assert ran.exit is Exit.DONE
        assert told in ran.out

    @pytest.mark.parametrize(
        "words",
        [
            ["pipeline"],
            ["tasks"],
            ["campaigns"],
            ["suppressions"],
            ["timeline", "Niort"],
            ["status"],
            ["log", "head"],
            ["log", "read", "0"],
            ["log", "verify"],
            ["log", "create"],
            ["projections", "check"],
            ["projections", "rebuild"],
        ],
    )
    def test_each_answer_is_one_document(self, words: list[str]) -> None:
        """A program reads nothing else from standard output."""
        home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))

        ran = typed(home, *words, "--json")

        assert msgspec.json.decode(ran.out) is not None
        assert ran.err == ""


class TestNames:
    def test_they_are_opened_for_display(self) -> None:
        """Whoever calls must know whom."""
        ran = typed(home_with_task(), "tasks")

        assert f"{FAMILY_NAME}, responsable_service (inventé)" in ran.out

    def test_they_can_be_left_out(self) -> None:
        """A screen is shared more often than meant."""
        ran = typed(home_with_task(), "tasks", "--no-names")

        assert FAMILY_NAME not in ran.out
        assert "p-1, responsable_service" in ran.out

    def test_documents_hold_them_opened_and_nothing_sealed(self) -> None:
        """A program has no key; ciphertext would be noise to it."""
        ran = typed(home_with_task(), "tasks", "--json")

        (line,) = msgspec.json.decode(ran.out, type=list[dict[str, object]])
        assert (line["name"], line["id"], line["touch_id"]) == (
            FAMILY_NAME,
            "K-217901917-1",
            "T-217901917-2",
        )
        assert not {"fields", "points"} & line.keys()

    def test_a_task_that_waits_says_why_and_shows_no_number(self) -> None:
        """During a freeze nobody shall call because a list says so."""
        home = home_with_task()
        held = {"held_by": 3, "held_for": "gel", "held_until": date(2027, 2, 20)}
        home.rows.open_tasks = [msgspec.structs.replace(home.rows.open_tasks[0], **held)]

        ran = typed(home, "tasks")
        document = typed(home, "tasks", "--json")

        assert "waits: hold 3 until 2027-02-20: gel" in ran.out
        (line,) = msgspec.json.decode(document.out, type=list[dict[str, object]])
        assert (line["waits"], line["phone"]) == ("hold 3 until 2027-02-20: gel", "")

    async def test_an_erased_person_is_called_erased(self) -> None:
        """The task stands, the name is gone for ever."""
        home = MemoryHome()
        fields = await sealed(home)
        await home.safe.destroy("p-1")
        home.rows.open_tasks = [task_line(fields=fields)]

        from_thread = await run_beside(home, "tasks")

        assert "(effacé), responsable_service" in from_thread


class TestWhy:
    @pytest.mark.capability("C42.3")
    def test_it_tells_from_the_question_to_the_answer(self) -> None:
        """Asked, moved by which rule, landed, standing: in this order."""
        home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))
        home.rows.touches["T-commune-79191-4"] = why_line()

        ran = typed(home, "why", "t-commune-79191-4")

        lines = [line.strip() for line in ran.out.splitlines()[:5]]
        assert lines[1:] == [
            "asked   +2 bd, step 1.3 (that is 2027-01-11): 2027-01-13",
            "moved   to 2027-01-14 by gap.person",
            "landed  2027-01-11 10:00 (Europe/Paris)",
            "stands  will not happen by exit.reply",
        ]

    def test_it_says_what_its_rules_mean(self) -> None:
        """An id is for machines: a person needs the sentence, and what can be done."""
        home = MemoryHome(rows=MemoryViews(accounts=[account_row()]))
        home.rows.touches["T-commune-79191-4"] = why_line()

        ran = typed(home, "why", "T-commune-79191-4")
        document = msgspec.json.decode(typed(home, "why", "T-commune-79191-4", "--json").out)

        assert RULES["gap.person"].sentence in ran.out
        assert RULES["gap.person"].lifted_by in ran.out
        assert [rule["id"] for rule in document["rules"]] == ["gap.person", "exit.reply"]

    def test_an_unknown_touch_says_where_to_look(self) -> None:
        """Numbers are copied by hand."""
        ran = typed(MemoryHome(), "why", "T-commune-79191-9")

        assert ran.exit is Exit.BAD_INPUT
        assert "`relance timeline commune-79191` lists the touches" in ran.err


def test_a_stop_shows_its_tag_and_never_the_address() -> None:
    """The list outlives the person."""
    home = MemoryHome()
    home.rows.stops = [stop_line("abc")]

    ran = typed(home, "suppressions")

    assert "exit.objection" in ran.out
    assert "abc" in ran.out


def test_a_view_that_differs_is_damage() -> None:
    """A script that checks every night must wake somebody."""
    home = MemoryHome()
    difference = Difference(
        view="accounts", table="touch", key="account=1 touch=2", column="status", live='"a"',
        folded='"b"',
    )  # fmt: skip
    home.rows.checked = (
        ViewCheck(
            view="accounts", version=1, decision_count=3, row_count=2, differences=(difference,)
        ),
    )

    ran = typed(home, "projections", "check")

    assert ran.exit is Exit.DAMAGE
    assert "account=1 touch=2" in ran.out
    assert "relance projections rebuild accounts" in ran.out


def test_a_view_is_built_again_by_its_name() -> None:
    """One that is right needs no hours of folding."""
    home = MemoryHome()

    ran = typed(home, "projections", "rebuild", "accounts")
    wrong = typed(home, "projections", "rebuild", "acounts")

    assert ran.exit is Exit.DONE
    assert home.rows.rebuilt == ["accounts"]
    assert wrong.exit is Exit.BAD_INPUT
    assert "expected the view to be one of accounts, timeline" in wrong.err


def home_with_task() -> MemoryHome:
    """Return a home with one call to make, its person's name sealed."""
    home = MemoryHome()
    fields = asyncio.run(sealed(home))
    home.rows.open_tasks = [task_line(fields=fields)]
    return home


async def run_beside(home: MemoryHome, *words: str) -> str:
    """Run a command line, which brings its own loop, in a thread; return what it shows."""
    return (await asyncio.to_thread(typed, home, *words)).out


def why_line() -> Why:
    """Return a call that was moved, then withdrawn."""
    touch = TouchLine(
        account="commune-79191",
        title="Niort",
        number=4,
        enrolment=1,
        sequence="s",
        sequence_hash="h",
        campaign="",
        step="1.4",
        channel="call",
        phase="outreach",
        role="dgs",
        person="p-1",
        is_contact=True,
        asked="+2 bd, step 1.3",
        asked_from=NOW.date(),
        asked_on=NOW.date().replace(day=13),
        is_assumed=False,
        moved_by="gap.person",
        moved_to="2027-01-14",
        planned_on=NOW.date().replace(day=14),
        due_at=NOW,
        status="withdrawn",
        rule="exit.reply",
        reason="",
        attempts=0,
        acted_at=None,
        mailbox="",
        reach="",
        code="",
        message_id="",
        outcome="",
    )
    moved = MoveLine(rule="gap.person", to_on=NOW.date().replace(day=14))
    return Why(id="T-commune-79191-4", touch=touch, moves=(moved,), steps=())
