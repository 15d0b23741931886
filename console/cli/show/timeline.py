"""Draw an account: people, what happened, holds, what is planned."""

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

from console.cli.show.happenings import happening_text
from console.cli.show.rules import draw_legend, explained
from console.cli.show.tables import day_text, person_text, table
from console.cli.terminal import flat
from console.desk.clock_words import clock_text, on_the_clock
from engine.rule_ids import RULES
from projections.queries.happenings import TimelineLine
from projections.queries.timeline import Timeline

NOTHING_PLANNED = (
    "Nothing is planned. Take it through a sequence: "
    "relance enrol {account} --campaign ... or --sequence ..."
)


TODAYS = "What was decided later is left out; names, and what rules say, are those of today."


def timeline_document(timeline: Timeline, names: Mapping[str, str]) -> dict[str, object]:
    """Return an account as a document; names opened, nothing sealed in it."""
    invented = {person.person for person in timeline.people if person.is_invented}
    return flat(
        timeline,
        people=[
            flat(person, "fields", name=names.get(person.person, "")) for person in timeline.people
        ],
        rules=explained(RULES, rules_named(timeline)),
        planned=[
            flat(
                touch,
                "fields",
                id=timeline.touch_id(touch),
                name=names.get(touch.person, ""),
                is_invented=touch.person in invented,
            )
            for touch in timeline.planned
        ],
    )


def draw_timeline(
    console: Console, timeline: Timeline, names: Mapping[str, str], *, zone: str
) -> None:
    """Draw it in the account's own time."""
    account = timeline.account
    console.print(
        f"[bold]{escape(account.title)}[/] ({account.id}) {escape(account.kind)}, "
        f"{account.status}, {account.stage}; times of {zone}\n"
    )
    if timeline.as_of_at is not None:
        console.print(f"As of {clock_text(timeline.as_of_at, zone)}. {TODAYS}\n")
    _draw_people(console, timeline, names, zone)
    _draw_happened(console, timeline.happened, zone)
    _draw_holds(console, timeline, zone)
    _draw_planned(console, timeline, names, zone)
    _draw_point(console, timeline)
    draw_legend(console, rules_named(timeline))


def rules_named(timeline: Timeline) -> tuple[str, ...]:
    """Return the rules by which something was refused, waits, or stands where it does."""
    refused = (decision.rule for decision in timeline.happened)
    held = (hold.rule for hold in timeline.holds)
    moved = (
        rule for touch in timeline.planned for rule in (*touch.moved_by.split("+"), touch.rule)
    )
    point = (timeline.next_point.rule,) if timeline.next_point else ()
    return (*refused, *held, *moved, *point)


def _draw_people(console: Console, timeline: Timeline, names: Mapping[str, str], zone: str) -> None:
    if not timeline.people:
        console.print(
            f"Nobody is known here. Add somebody: relance people add {timeline.account.id}\n"
        )
        return
    grid = table("People", "id", "who", "contact", "last exchange")
    for person in timeline.people:
        state = (
            "gone"
            if person.is_gone
            else f"stopped: {person.stopped_by}"
            if person.stopped_by
            else "yes"
        )
        if person.absent_until:
            state += f", absent until {person.absent_until.isoformat()}"
        who = person_text(
            person.person, person.role, names.get(person.person, ""), is_invented=person.is_invented
        )
        grid.add_row(person.person, escape(who), state, clock_text(person.exchanged_at, zone))
    console.print(grid)


def _draw_happened(console: Console, happened: tuple[TimelineLine, ...], zone: str) -> None:
    grid = table("What happened", "at", "asked", "by", "what came of it")
    for line in happened:
        by = f"{line.actor} ({line.source})"
        grid.add_row(
            clock_text(line.at, zone), line.request, escape(by), escape(outcome_text(line, zone))
        )
    console.print(grid)


def _draw_holds(console: Console, timeline: Timeline, zone: str) -> None:
    if not timeline.holds:
        return
    grid = table("Holds", "hold", "what waits", "reason", "since", "until", "by")
    for hold in timeline.holds:
        what = " ".join(part for part in (hold.scope, hold.person) if part)
        what = f"{what} {hold.enrolment}" if hold.enrolment else what
        grid.add_row(
            str(hold.number),
            what,
            escape(hold.reason),
            clock_text(hold.since_at, zone),
            day_text(hold.until),
            f"{escape(hold.placed_by)}, {hold.rule}",
        )
    console.print(grid)
    console.print(f"  lift one: relance resume {timeline.account.id} HOLD\n")


def _draw_planned(
    console: Console, timeline: Timeline, names: Mapping[str, str], zone: str
) -> None:
    if not timeline.planned:
        console.print(NOTHING_PLANNED.format(account=timeline.account.id))
        return
    invented = {person.person for person in timeline.people if person.is_invented}
    grid = table("What is planned", "due", "touch", "step", "channel", "who", "status", "moved by")
    for touch in timeline.planned:
        status = f"{touch.status}, held" if touch.is_held else touch.status
        grid.add_row(
            clock_text(touch.due_at, zone),
            timeline.touch_id(touch),
            touch.step,
            touch.channel,
            escape(
                person_text(
                    touch.person,
                    touch.role,
                    names.get(touch.person, ""),
                    is_invented=touch.person in invented,
                )
            ),
            f"{status} {touch.reason}".strip(),
            touch.moved_by,
        )
    console.print(grid)
    console.print(
        "  why one stands there: relance why T-...; what a rule means: relance rules ID\n"
    )


def _draw_point(console: Console, timeline: Timeline) -> None:
    point = timeline.next_point
    if point is not None:
        what = escape(f"{point.object}: {point.deliverable}")
        console.print(f"Next point: {point.on.isoformat()}, {what} ({point.rule})\n")


def outcome_text(line: TimelineLine, zone: str) -> str:
    """Return what came of an input: its events a line each, or the refusal and its remedy."""
    if line.happenings:
        return "\n".join(happening_text(happening, zone) for happening in line.happenings)
    if line.outcome == "refused":
        detail = on_the_clock(line.detail, zone)
        parts = (f"refused: {line.code}", detail and f"({detail})", line.rule)
        until = f", until {clock_text(line.until, zone)}" if line.until else ""
        return f"{' '.join(part for part in parts if part)}{until}; {line.allowed_by}"
    return f"{line.outcome} {line.code} {on_the_clock(line.detail, zone)}".strip()
