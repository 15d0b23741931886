"""Make of typed options the request that closes a task."""

from dataclasses import replace
from datetime import datetime

from console.cli.completion import AskedTask, Closing
from console.desk.errors import UsageError
from console.desk.finding import Account, account_to_ask, person_of
from console.desk.moments import instant_of, next_point_of
from console.desk.ports import Views
from engine.requests import CompleteTask
from engine.values import Sealed
from infra.intake import Intake, Submission
from projections.queries.tasks import TaskLine

ALL = "all"


async def completion(
    views: Views, intake: Intake, *, task: AskedTask, outcome: str, closing: Closing
) -> Submission:
    """Return what to ask, its note sealed.

    Raises:
        UsageError: A day, an instant, a next point or a box cannot be read.
    """
    line = task.line
    account = await _account(views, line)
    submission = Submission(
        stream=task.stream, request=CompleteTask(task=task.number, outcome=outcome)
    )
    request = CompleteTask(
        task=task.number,
        outcome=outcome,
        note=await _note(intake, line, submission, closing.note),
        next_point=next_point_of(
            closing.next_point,
            on=closing.on,
            about=closing.object,
            deliverable=closing.deliverable,
        ),
        meeting_at=_instant(closing.meeting_at, "--meeting-at", account),
        callback_at=_instant(closing.callback_at, "--callback-at", account),
        person=await person_of(views, account, closing.person),
        maturity=closing.maturity,
        calendar=closing.calendar,
        others=closing.others,
        is_hot=closing.hot,
        no_more_calls=closing.no_more_calls,
        checked=_boxes(closing.check, line.checklist if line else ()),
        next_person=await person_of(views, account, closing.next_person),
    )
    return replace(submission, request=request)


async def _account(views: Views, line: TaskLine | None) -> Account:
    if line is None or line.is_of_campaign:
        return Account(id="")
    return await account_to_ask(views, line.owner)


async def _note(
    intake: Intake, line: TaskLine | None, submission: Submission, text: str
) -> Sealed | None:
    """Seal the note under the person's key, so that erasing the person erases it."""
    subject = line.person if line and line.person else f"note:{submission.id}"
    sealed = await intake.seal(subject, {"note": text}, input_id=submission.id)
    return sealed[0] if sealed else None


def _instant(text: str, name: str, account: Account) -> datetime | None:
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
