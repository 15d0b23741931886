"""Draw one touch: what was asked, what moved it, where it landed, what became of it."""

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

from console.cli.show.happenings import happening_text
from console.cli.show.rules import draw_legend
from console.cli.show.tables import person_text, table
from console.cli.show.timeline import TODAYS
from console.desk.clock_words import clock_text
from projections.queries.why import TouchLine, Why

NOT_AHEAD = {"withdrawn": "will not happen", "skipped": "was left out", "refused": "was refused"}


def draw_why(
    console: Console, why: Why, names: Mapping[str, str], *, zone: str, is_invented: bool
) -> None:
    """Draw it from the question to the answer, in the account's own time."""
    touch = why.touch
    name = names.get(touch.person, "")
    who = person_text(touch.person, touch.role, name, is_invented=is_invented)
    console.print(
        f"[bold]{why.id}[/] {escape(touch.title)}: {_origin(touch)}, "
        f"{touch.channel} to {escape(who or 'nobody')}{_enrolment(touch)}"
    )
    if why.as_of_at is not None:
        console.print(f"As of {clock_text(why.as_of_at, zone)}. {TODAYS}")
    assumed = ", an assumed day" if touch.is_assumed else ""
    console.print(
        f"  asked   {touch.asked} (that is {touch.asked_from.isoformat()}{assumed}): "
        f"{touch.asked_on.isoformat()}"
    )
    for move in why.moves:
        console.print(f"  moved   to {move.to_on.isoformat()} by {move.rule}")
    console.print(f"  landed  {clock_text(touch.due_at, zone)} ({zone})")
    console.print(f"  stands  {escape(_standing(touch, zone))}\n")
    grid = table("What happened to it", "at", "asked", "by", "what came of it")
    for step in why.steps:
        grid.add_row(
            clock_text(step.at, zone),
            step.request,
            escape(f"{step.actor} ({step.source})"),
            escape(happening_text(step.happening, zone)),
        )
    console.print(grid)
    draw_legend(console, rules_named(why))


def rules_named(why: Why) -> tuple[str, ...]:
    """Return what moved the touch, what it stands by, and what stopped an attempt or a step."""
    moved = (move.rule for move in why.moves)
    return (*moved, why.touch.rule, why.touch.code, *(step.happening.rule for step in why.steps))


def _origin(touch: TouchLine) -> str:
    if not touch.enrolment:
        return "the account's own"
    step = f"step {touch.step}" if touch.step else "beside the steps"
    return f"{step} of {touch.sequence}"


def _enrolment(touch: TouchLine) -> str:
    return f" (enrolment {touch.enrolment})" if touch.enrolment else ""


def _standing(touch: TouchLine, zone: str) -> str:
    told = NOT_AHEAD.get(touch.status, touch.status)
    parts = [f"{told} by {touch.rule}"]
    if touch.reason:
        parts.append(touch.reason.replace("+", ", "))
    if touch.attempts:
        at = clock_text(touch.acted_at, zone)
        parts.append(f"attempt {touch.attempts} at {at}: {touch.reach or 'under way'} {touch.code}")
    if touch.outcome:
        parts.append(f"outcome {touch.outcome}")
    if touch.message_id:
        parts.append(touch.message_id)
    return "; ".join(part.strip() for part in parts)
