"""One good example of what the command line asks about: Niort, its people, its rows."""

from datetime import date

import msgspec

from console.cli.exits import Exit
from engine.inputs import Input
from engine.requests import (
    AddPerson,
)
from engine.values import ContactPoint
from projections.accounts.enrolments import EnrolmentRow
from projections.accounts.holds import HoldRow
from projections.accounts.people import PersonRow
from projections.queries.suppressions import StopLine
from projections.queries.tasks import TaskLine
from tests.console.homes import EngineDoor, MemoryHome, MemoryViews, typed
from tests.console.lines import NOW, account_row

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


def niort(engine: EngineDoor | None = None) -> MemoryHome:
    """Return a home that knows Niort, its service head and its DGS, and the sequence."""
    home = MemoryHome(engine=engine or EngineDoor())
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
        ran = typed(home, *words)
        assert ran.exit is Exit.DONE, ran.err
    points = [item.request.points for item in asked(home) if isinstance(item.request, AddPerson)]
    home.rows = MemoryViews(
        accounts=[account_row(name=ACCOUNT, siren=ACCOUNT)],
        positions=[
            position("p-1", "responsable_service", *points[0]),
            position("p-2", "dgs", *points[1]),
        ],
    )
    return home


def asked(home: MemoryHome) -> list[Input]:
    """Return the inputs that came in."""
    assert home.engine is not None
    return home.engine.inputs


def points_of(home: MemoryHome) -> tuple[ContactPoint, ...]:
    """Return the addresses with which the first person was added."""
    return next(item.request.points for item in asked(home) if isinstance(item.request, AddPerson))


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


def stop_line(tag: str) -> StopLine:
    """Return an objection in force."""
    return StopLine(
        tag=tag,
        reason="objection",
        scope="all",
        since_at=NOW,
        rule="exit.objection",
        actor="camille",
        source="cli",
        account="commune-79191",
        person="p-1",
        known_in="commune-79191/p-1",
        code="",
        partition=0,
        seq=1,
        is_shared=False,
        lifted_at=None,
    )
