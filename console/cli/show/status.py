"""Draw what runs, what waits, what needs a person."""

from datetime import date, timedelta

from msgspec import Struct
from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import counted, table
from console.desk.clock_words import clock_text
from engine.rule_ids import RuleId
from infra.runtime.health import RUNNING, Health
from infra.runtime.owning.waiting_line import HeldUp
from projections.queries.status import Attention, CalendarReach, HeldMailbox, MailboxUse, Status
from projections.queries.suppressions import StopLine

ATTENTION_SHOWN_MAX = 20
WINDOWS_SHOWN_MAX = 5
CALENDARS_AHEAD_FOR = timedelta(days=366)
NO_STOP = "Nothing is suppressed. `relance record objection` and `relance record bounce` do it."


class StatusDocument(Struct, frozen=True, kw_only=True):
    """The whole, as a document."""

    home: str
    health: Health
    status: Status


def draw_status(console: Console, whole: StatusDocument) -> None:
    """Draw process, counts, attention, mailboxes, log health, the worst first."""
    health, status = whole.health, whole.status
    console.print(f"[bold]{escape(whole.home)}[/] runs; its clock: {clock_text(health.now_at)}")
    _draw_health(console, health)
    _draw_held(console, status.held_mailboxes)
    if line := calendars_line(status.calendars, health.now_at.date()):
        console.print(f"  [yellow]{escape(line)}[/]")
    counts = status.counts
    console.print(
        f"{counted(counts.account_count, 'account')}, "
        f"{counted(counts.person_count, 'person', 'people')}, "
        f"{counted(counts.active_count, 'active enrolment')}, {counts.pending_count} waiting; "
        f"{counted(counts.open_task_count, 'open task')} ({counts.overdue_task_count} overdue), "
        f"{counted(counts.hold_count, 'hold')}, {counts.stop_count} suppressed"
    )
    told = ", ".join(f"{count.touch_count} {count.status}" for count in status.touches)
    console.print(f"Touches: {told or 'none yet'}\n")
    if status.orphan_count:
        console.print(
            f"  [yellow]{counted(status.orphan_count, 'open account')} without a next point[/]: "
            "`relance milestones` names them\n"
        )
    _draw_attention(console, status.attention)
    _draw_mailboxes(console, status.mailboxes)
    _draw_log(console, status)


def calendars_line(calendars: CalendarReach | None, today: date) -> str:
    """Say that the calendars end, if something is planned further, or their end is near."""
    if calendars is None:
        return "no ruleset is in force: `relance rulesets publish`"
    is_near = calendars.reach_until - today < CALENDARS_AHEAD_FOR
    if not (calendars.beyond_count or is_near):
        return ""
    touches = counted(calendars.beyond_count, "planned touch lies", "planned touches lie")
    return (
        f"the calendars of {calendars.ruleset} end: school holidays on {calendars.school_until}, "
        f"public ones on {calendars.public_until}; {touches} further; "
        "`relance rulesets extend` adds what is known by now"
    )


def draw_suppressions(console: Console, stops: tuple[StopLine, ...]) -> None:
    """Draw the stops; an address stays sealed, its tag names it."""
    if not stops:
        console.print(NO_STOP)
        return
    grid = table("Suppressed", "since", "reason", "scope", "said in", "by", "known in", "tag")
    for stop in stops:
        grid.add_row(
            clock_text(stop.since_at),
            f"{stop.reason} {stop.code}".strip(),
            stop.scope,
            "/".join(part for part in (stop.account, stop.person) if part),
            f"{stop.actor} ({stop.source}), {stop.rule}",
            stop.known_in.replace("+", "\n"),
            stop.tag,
        )
    console.print(grid)


def _draw_health(console: Console, health: Health) -> None:
    not_running = {n: why for n, why in health.partitions.items() if why != RUNNING}
    running = len(health.partitions) - len(not_running)
    console.print(
        f"{running} of {len(health.partitions)} partitions run, {health.waiting_count} inputs "
        f"wait, next timer: {clock_text(health.next_due_at) or 'none'}"
    )
    if health.sending_hold is not None:
        hold = health.sending_hold
        console.print(
            f"  [red]no e-mail leaves: {escape(hold.rule)} since {clock_text(hold.since_at)}[/]; "
            "`relance sending resume` lets them go"
        )
    for held in health.held_up:
        console.print(f"  [yellow]{escape(_held_up(held))}[/]")
    for number, why in not_running.items():
        console.print(f"  [red]partition {number}: {escape(why)}[/]")
    if health.reactors != RUNNING:
        console.print(f"  [red]reactions: {escape(health.reactors)}[/]")
    for name, why in health.views.items():
        if why != RUNNING:
            console.print(f"  [red]view {name}: {escape(why)}[/]")


def _draw_held(console: Console, held: tuple[HeldMailbox, ...]) -> None:
    for hold in held:
        what = f"{hold.rule} {hold.code}".strip()
        console.print(
            f"  [red]mailbox {hold.mailbox} is held since {clock_text(hold.since_at)}: "
            f"{escape(what)}[/]\n    mend its set-up, then: "
            f"relance mailboxes lift {hold.mailbox} --reason ..."
        )


def _held_up(held: HeldUp) -> str:
    """Say why due e-mails wait, since when and until when."""
    who = f"mailbox {held.sender}" if held.sender else "slots"
    where = f" to {held.domain}" if held.domain else ""
    is_ended_by_person = held.rule in (RuleId.MAILBOX_HELD, RuleId.MAILBOX_MISSING)
    again = "" if is_ended_by_person else f", tried again {clock_text(held.until_at)}"
    since = clock_text(held.since_at)
    return f"{who}{where}: {held.rule} since {since}{again}; {_waiting(held.touch_count)}"


def _waiting(touch_count: int) -> str:
    return counted(touch_count, "e-mail waits", "e-mails wait")


def _draw_attention(console: Console, attention: tuple[Attention, ...]) -> None:
    if not attention:
        return
    grid = table(
        "In doubt, blocked or under way", "touch", "account", "step", "status", "since", "why"
    )
    for touch in attention[:ATTENTION_SHOWN_MAX]:
        why = " ".join(part for part in (touch.reach, touch.code, touch.reason, touch.rule) if part)
        since = clock_text(touch.acted_at or touch.due_at)
        grid.add_row(touch.id, escape(touch.title), touch.step, touch.status, since, escape(why))
    console.print(grid)
    if len(attention) > ATTENTION_SHOWN_MAX:
        console.print(f"  and {len(attention) - ATTENTION_SHOWN_MAX} more (--json shows all)")
    if any(touch.status == "unknown" for touch in attention):
        console.print("  unknown: relance touches settle T-... --sent or --not-sent --reason ...")
    blocked = [touch for touch in attention if touch.status == "blocked"]
    if any(touch.rule == RuleId.ROLE_EMPTY for touch in blocked):
        console.print(
            "  role.empty: relance assign ACCOUNT ROLE PERSON gives the role to somebody known,\n"
            "  relance people add ACCOUNT --role ROLE makes somebody known"
        )
    if any(touch.rule != RuleId.ROLE_EMPTY for touch in blocked):
        console.print(
            "  blocked: relance accounts values ACCOUNT NAME=VALUE gives what it needs,\n"
            "  relance tasks done K-... --outcome done tries again, skipped leaves it out"
        )


def _draw_mailboxes(console: Console, mailboxes: tuple[MailboxUse, ...]) -> None:
    if not mailboxes:
        return
    grid = table("Mailboxes", "mailbox", "window")
    for name in ("attempted", "sent", "refused", "postponed", "released", "unknown"):
        grid.add_column(name, justify="right")
    for mailbox in mailboxes[:WINDOWS_SHOWN_MAX]:
        numbers = (
            *(mailbox.attempted_count, mailbox.sent_count, mailbox.refused_count),
            *(mailbox.postponed_count, mailbox.released_count, mailbox.unknown_count),
        )
        grid.add_row(mailbox.mailbox, mailbox.counted_in, *map(str, numbers))
    console.print(grid)


def _draw_log(console: Console, status: Status) -> None:
    partitions = status.partitions
    events = sum(partition.events_count for partition in partitions)
    refused = sum(partition.refused_count for partition in partitions)
    quarantined = sum(partition.quarantined_count for partition in partitions)
    total = sum(partition.seq for partition in partitions)
    console.print(
        f"Log: {counted(total, 'decision')} ({events} with events, {refused} refused, "
        f"{quarantined} quarantined)"
    )
