"""Tasks: see today's, claim one, close one with its outcome.

Seeing them is what people do most: what asking needs is imported when something is asked.
"""

from typing import Annotated

from cyclopts import App, Parameter

from console.cli.completion import AskedTask, Closing
from console.cli.desk import At
from console.cli.show.tasks import draw_tasks, tasks_document
from console.desk.clock import now_of
from console.desk.moments import day_of, today_of
from console.desk.names import task_of
from console.desk.people import opened_names, opened_points
from console.desk.ports import Views
from engine.ids import StreamKind, stream_id
from engine.requests import ClaimTask

NOTHING_SAID = Closing()

app = App(name="tasks", help="Today's calls and tasks; close one, open one.")


@app.default
async def show(*, desk: At, until: str = "", mine: bool = False) -> None:
    """Show the open tasks due today or before, in order, each with its reason.

    Args:
        until: Show also what is due until this day.
        mine: Only what nobody else has claimed.
    """
    views = await (await desk.office()).views()
    today = today_of(await now_of(desk))
    until_on = day_of(until, name="--until") if until else None
    found = await views.tasks(today, until_on=until_on)
    if mine:
        found = tuple(one for one in found if one.claimed_by in ("", desk.actor))
    names = await opened_names(desk, {one.person: one.fields for one in found if one.person})
    phones = await opened_points(
        desk, {one.person: one.points for one in found if one.kind == "call"}, channel="call"
    )
    desk.terminal.show(
        tasks_document(found, names, phones),
        lambda console: draw_tasks(console, found, names, phones, today=today),
    )


@app.command(name="open")
async def claim(task: str, *, desk: At) -> None:
    """Open a task to work on it: it is claimed, and shown whole.

    Args:
        task: Its name, `K-217901911-2`.
    """
    from console.desk.asking import ask, show_done

    asked = await _asked(desk, task)
    line = asked.line
    what = f"open {task}"
    decisions = await ask(desk, asked.stream, ClaimTask(task=asked.number), what=what)
    show_done(desk, what, decisions)
    if line is not None and not desk.terminal.is_json:
        names = await opened_names(desk, {line.person: line.fields})
        phones = await opened_points(desk, {line.person: line.points}, channel="call")
        today = today_of(await now_of(desk))
        desk.terminal.show(
            line, lambda console: draw_tasks(console, (line,), names, phones, today=today)
        )


@app.command
async def done(
    task: str,
    *,
    desk: At,
    outcome: str,
    closing: Annotated[Closing, Parameter(name="*")] = NOTHING_SAID,
) -> None:
    """Close a task with its outcome, and what that outcome requires.

    Calls end with joint_interesse, joint_plus_tard, joint_mauvais_interlocuteur,
    joint_refus, standard, repondeur, absent or numero_errone; meetings with held, moved or
    cancelled; what follows a reply with back, stay or finish; other work with done or
    skipped.

    Args:
        task: Its name, `K-217901911-2`.
        outcome: How it ended.
    """
    from console.cli.completing import completion
    from console.desk.asking import ask_all, intake_of, show_done

    asked = await _asked(desk, task)
    intake = await intake_of(desk)
    views = await (await desk.office()).views()
    submission = await completion(views, intake, task=asked, outcome=outcome, closing=closing)
    what = f"close {task} as {outcome}"
    show_done(desk, what, await ask_all(desk, [submission], what=what))


async def _asked(desk: At, text: str) -> AskedTask:
    """Return a task and the stream that decides it; an unknown one is asked all the same."""
    owner, number = task_of(text)
    views = await (await desk.office()).views()
    line = await views.task(owner, number, today_of(await now_of(desk)))
    if line is None:
        return AskedTask(stream=stream_id(await _kind(views, owner), owner), number=number)
    kind = StreamKind.CAMPAIGN if line.is_of_campaign else StreamKind.ACCOUNT
    return AskedTask(stream=stream_id(kind, owner), number=number, line=line)


async def _kind(views: Views, owner: str) -> StreamKind:
    is_campaign = any(one.id == owner for one in await views.campaigns())
    return StreamKind.CAMPAIGN if is_campaign else StreamKind.ACCOUNT
