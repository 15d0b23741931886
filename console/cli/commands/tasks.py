"""Tasks: see today's, claim one, close one with its outcome.

Seeing them is what people do most: what asking needs is imported when something is asked.
"""

from typing import Annotated

from cyclopts import App, Parameter

from console.cli.closing import Closing, TaskRef, closing_request, sealed_note
from console.cli.context import CommandContext, Context
from console.cli.parameters import TaskName
from console.cli.show.tasks import draw_tasks, tasks_document
from console.desk.free_texts import opened_texts
from console.desk.moments import day_of
from console.desk.names import opened_names, opened_points
from console.desk.ports import Views
from console.desk.words import task_of
from engine.ids import StreamKind, stream_id
from engine.requests import ClaimTask
from engine.values import Channel
from projections.queries.campaigns import campaigns
from projections.queries.tasks import task as query_task
from projections.queries.tasks import tasks as query_tasks

NOTHING_SAID = Closing()

app = App(name="tasks")


@app.default
async def show(*, context: Context, until: str = "", mine: bool = False) -> None:
    """Show the open tasks due today or before, in order, each with its reason.

    Args:
        until: Show also what is due until this day, and the calls planned until then.
        mine: Only what nobody else has claimed.
    """
    views = await context.home.views()
    today = await context.session.today()
    until_on = day_of(until, name="--until") if until else None
    found = await views.ask(query_tasks, today, until_on=until_on)
    found = await opened_texts(context.session, found)
    if mine:
        found = tuple(task for task in found if task.claimed_by in ("", context.session.actor))
    names = await opened_names(
        context.session, {task.person: task.fields for task in found if task.person}
    )
    phones = await opened_points(
        context.session,
        {task.person: task.points for task in found if task.kind == "call" and not task.waits},
        channel=Channel.CALL,
    )
    context.terminal.show(
        tasks_document(found, names, phones),
        lambda console: draw_tasks(console, found, names, phones, today=today),
    )


@app.command(name="open")
async def claim(task: TaskName, *, context: Context) -> None:
    """Open a task to work on it: it is claimed, and shown whole."""
    from console.cli.asking import ask_and_show

    asked = await _task(context, task)
    line = asked.line
    request = ClaimTask(task=asked.number)
    await ask_and_show(context, asked.stream, request, what=f"open {task}")
    if line is not None and not context.terminal.is_json:
        names = await opened_names(context.session, {line.person: line.fields})
        phones = await opened_points(
            context.session, {line.person: line.points}, channel=Channel.CALL
        )
        today = await context.session.today()
        context.terminal.show(
            line, lambda console: draw_tasks(console, (line,), names, phones, today=today)
        )


@app.command
async def done(
    task: TaskName,
    *,
    context: Context,
    outcome: str,
    closing: Annotated[Closing, Parameter(name="*")] = NOTHING_SAID,
) -> None:
    """Close a task with its outcome, and what that outcome requires.

    Calls end with joint_interesse, joint_plus_tard, joint_mauvais_interlocuteur,
    joint_refus, standard, repondeur, absent or numero_errone; meetings with held, moved or
    cancelled; what follows a reply with back, stay or finish; other work with done or
    skipped.

    Args:
        outcome: How it ended.
    """
    from console.cli.asking import ask_and_show
    from console.desk.asking import intake_of
    from infra.intake import new_input_id

    asked = await _task(context, task)
    input_id = new_input_id()
    intake = await intake_of(context.session)
    request = await closing_request(
        await context.home.views(),
        asked,
        outcome=outcome,
        closing=closing,
        note=await sealed_note(intake, asked, closing.note, input_id=input_id),
    )
    what = f"close {task} as {outcome}"
    await ask_and_show(context, asked.stream, request, what=what, input_id=input_id)


async def _task(context: CommandContext, text: str) -> TaskRef:
    """Return a task and the stream that decides it; an unknown one is asked all the same."""
    owner, number = task_of(text)
    views = await context.home.views()
    line = await views.ask(query_task, owner, number, await context.session.today())
    if line is None:
        return TaskRef(stream=stream_id(await _kind(views, owner), owner), number=number)
    kind = StreamKind.CAMPAIGN if line.is_of_campaign else StreamKind.ACCOUNT
    return TaskRef(stream=stream_id(kind, owner), number=number, line=line)


async def _kind(views: Views, owner: str) -> StreamKind:
    is_campaign = any(campaign.id == owner for campaign in await views.ask(campaigns))
    return StreamKind.CAMPAIGN if is_campaign else StreamKind.ACCOUNT
