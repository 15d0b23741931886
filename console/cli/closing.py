"""Close a task: what may be said about it, and the request that says it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.desk.errors import UsageError
from console.desk.finding import AccountRef, account_to_ask, person_of
from console.desk.moments import instant_of, next_point_of
from console.desk.ports import Views
from engine.ids import InputId, StreamId
from engine.requests import CompleteTask
from engine.values import Sealed
from projections.queries.tasks import TaskLine

if TYPE_CHECKING:  # vault and numbers, which seeing tasks does not need
    from infra.intake import Intake

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Closing:
    """What may be said when a task is closed; the outcome decides what must be.

    Attributes:
        note: What was said, in a few words; sealed before it is stored.
        next_point: The dated next point, whole: DATE|OBJECT|DELIVERABLE.
        on: Its date, where the three are given one by one.
        object: What it is about.
        deliverable: What it brings.
        meeting_at: Instant of the agreed meeting, on the account's wall clock.
        callback_at: Instant advised for the next call.
        person: Whom the outcome concerns: id or role.
        next_person: Who is in charge, where the person called is not: id or role.
        maturity: How far the organisation has thought about it.
        calendar: When it means to decide.
        others: Who else is involved.
        hot: The interview found a project: the account is "chaude".
        no_more_calls: The person asked not to be called again.
        anyway: The instant of the meeting is meant, although nobody meets then.
        check: A box that was ticked: its number, its text, or "all"; may be repeated.
    """

    note: str = ""
    next_point: str = ""
    on: str = ""
    object: str = ""
    deliverable: str = ""
    meeting_at: str = ""
    callback_at: str = ""
    person: str = ""
    next_person: str = ""
    maturity: str = ""
    calendar: str = ""
    others: str = ""
    hot: bool = False
    no_more_calls: bool = False
    anyway: bool = False
    check: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRef:
    """Which task, and who decides it; without a line it may not exist."""

    stream: StreamId
    number: int
    line: TaskLine | None = None


async def closing_request(
    views: Views,
    task: TaskRef,
    *,
    outcome: str,
    closing: Closing,
    note: Sealed | None,
) -> CompleteTask:
    """Return what to ask.

    Raises:
        UsageError: A day, an instant, a next point or a box cannot be read.
    """
    account = await _account(views, task.line)
    return CompleteTask(
        task=task.number,
        outcome=outcome,
        note=note,
        next_point=next_point_of(
            closing.next_point,
            on=closing.on,
            about=closing.object,
            deliverable=closing.deliverable,
        ),
        meeting_at=_instant(closing.meeting_at, "--meeting-at", account),
        is_hour_meant=closing.anyway,
        callback_at=_instant(closing.callback_at, "--callback-at", account),
        person=await person_of(views, account, closing.person),
        next_person=await person_of(views, account, closing.next_person),
        maturity=closing.maturity,
        calendar=closing.calendar,
        others=closing.others,
        is_hot=closing.hot,
        no_more_calls=closing.no_more_calls,
        checked=_boxes(closing.check, task.line.checklist if task.line else ()),
    )


async def sealed_note(
    intake: "Intake", task: TaskRef, text: str, *, input_id: InputId
) -> Sealed | None:
    """Return a note under the person's key, so that erasing the person erases it."""
    subject = task.line.person if task.line and task.line.person else f"note:{input_id}"
    sealed = await intake.seal(subject, {"note": text}, input_id=input_id)
    return sealed[0] if sealed else None


async def _account(views: Views, line: TaskLine | None) -> AccountRef:
    if line is None or line.is_of_campaign:
        return AccountRef(id="")
    return await account_to_ask(views, line.owner)


def _instant(text: str, name: str, account: AccountRef) -> datetime | None:
    return instant_of(text, name=name, zone=account.zone) if text else None


def _boxes(typed: tuple[str, ...], checklist: tuple[str, ...]) -> tuple[str, ...]:
    if ALL in typed:
        return checklist
    return tuple(_box(text.strip(), checklist) for text in typed)


def _box(text: str, checklist: tuple[str, ...]) -> str:
    if text in checklist:
        return text
    if text.isdigit() and 1 <= int(text) <= len(checklist):
        return checklist[int(text) - 1]
    boxes = "; ".join(f"{number}. {box}" for number, box in enumerate(checklist, start=1))
    raise UsageError(
        "--check", "name a box of the task", text, remedy=f"the boxes: {boxes or 'none'}"
    )
