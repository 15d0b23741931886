"""Tasks of accounts and of campaigns: what somebody has to do, and by which rule."""

from datetime import date, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from projections.facts import Fact
from projections.parts import Part, Sheet
from projections.tables import Table

PREPARATION = "preparation"
OPEN = "open"
DONE = "done"
WITHDRAWN = "withdrawn"


class TaskRow(Struct, frozen=True):
    """Something somebody has, or had, to do."""

    owner: int  # number of the account or campaign
    task: int
    kind: str
    status: str
    due_on: date
    opened_at: datetime
    rule: str  # why it was opened
    enrolment: int = 0
    touch: int = 0
    person: str = ""
    step: str = ""  # of a campaign's work
    checklist: str = "[]"  # JSON list of boxes
    missing: str = ""  # values or roles it asks for, joined by "+"
    claimed_by: str = ""
    claimed_at: datetime | None = None
    outcome: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    closed_rule: str = ""


TABLE = Table(
    name="task",
    row=TaskRow,
    key_length=2,
    indexes=("(due_on) where status = 'open'",),
)


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put what an event changes of a task."""
    rows = sheet.of(TABLE)
    match event:
        case e.TaskOpened():
            rows.put(_opened(fact, event))
        case e.PreparationPlanned():
            rows.put(_preparation(fact, event))
        case e.TaskClaimed(task=task, claimed_by=claimed_by):
            row = rows.get(fact.number, task)
            rows.put(replace(row, claimed_by=claimed_by, claimed_at=fact.at))
        case e.TaskDone(task=task, outcome=outcome):
            rows.put(_closed(rows.get(fact.number, task), fact, event, outcome))
        case e.TaskWithdrawn(task=task):
            rows.put(_closed(rows.get(fact.number, task), fact, event, ""))
        case _:
            return


PART = Part(
    table=TABLE,
    events=(e.TaskOpened, e.PreparationPlanned, e.TaskClaimed, e.TaskDone, e.TaskWithdrawn),
    fold=fold,
)


def _opened(fact: Fact, event: e.TaskOpened) -> TaskRow:
    return TaskRow(
        owner=fact.number,
        task=event.task,
        kind=event.kind,
        status=OPEN,
        due_on=event.due_on,
        opened_at=fact.at,
        rule=event.rule,
        enrolment=event.enrolment,
        touch=event.touch,
        person=event.person,
        checklist=_encoded(event.checklist),
        missing="+".join(event.missing),
    )


def _preparation(fact: Fact, event: e.PreparationPlanned) -> TaskRow:
    return TaskRow(
        owner=fact.number,
        task=event.task,
        kind=PREPARATION,
        status=OPEN,
        due_on=event.slot.on,
        opened_at=fact.at,
        rule=event.rule,
        step=event.step,
        checklist=_encoded(event.checklist),
    )


def _closed(row: TaskRow, fact: Fact, event: e.TaskDone | e.TaskWithdrawn, outcome: str) -> TaskRow:
    return replace(
        row,
        status=DONE if isinstance(event, e.TaskDone) else WITHDRAWN,
        outcome=outcome,
        closed_at=fact.at,
        closed_by=fact.actor,
        closed_rule=event.rule,
    )


def _encoded(checklist: tuple[str, ...]) -> str:
    return msgspec.json.encode(checklist).decode()
