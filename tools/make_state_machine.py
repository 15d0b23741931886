"""Write docs/state-machine.md: what the fold does with each status and each event.

Nothing is listed here: each event is folded into an account whose touch or enrolment has
each status, and what comes out is drawn.  Run as `python -m tools.make_state_machine`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from engine import events as e
from engine.account.evolve import evolve
from engine.account.state import (
    Account,
    Enrolment,
    EnrolmentStatus,
    SaleNews,
    Touch,
    TouchStatus,
)
from engine.plan import Phase
from engine.requests import Reach
from engine.values import About, Asked, Channel, SequenceRef, Slot

PAGE = Path(__file__).parents[1] / "docs/state-machine.md"

DAY = date(2027, 1, 19)
AT = datetime(2027, 1, 19, 8, tzinfo=UTC)
SLOT = Slot(asked=Asked("+8 d", "start", DAY, DAY), on=DAY, due_at=AT, closes_at=AT)
ENDS = {
    e.TouchDone: TouchStatus.DONE,
    e.TouchSkipped: TouchStatus.SKIPPED,
    e.TouchWithdrawn: TouchStatus.WITHDRAWN,
}

Variant = tuple[str, e.Event]
Edge = tuple[str, str, str]


def page() -> str:
    """Return the whole page."""
    return "\n".join(
        [
            "# Which states are there, and what leads from one to the other?",
            "",
            "Drawn by `tools/make_state_machine.py` from the fold itself: change that, not this.",
            "A pair that is not drawn is damage: no decision could have written it.",
            "",
            "## A touch",
            "",
            *_diagram(touch_edges()),
            "",
            "## An enrolment",
            "",
            "`held` is no state of its own: a hold covers the touches.",
            "",
            *_diagram(enrolment_edges()),
            "",
            "## The phase of an enrolment",
            "",
            *_diagram(phase_edges()),
            "",
        ]
    )


def touch_edges() -> Iterator[Edge]:
    """Yield what each event makes of a touch in each status."""
    yield "[*]", TouchStatus.PLANNED, "TouchPlanned"
    for status in TouchStatus:
        for name, event in _touch_events():
            found = _touch_after(status, event)
            if found is not None:
                yield status, found, name


def enrolment_edges() -> Iterator[Edge]:
    """Yield what each event makes of an enrolment in each status."""
    yield "[*]", EnrolmentStatus.PENDING, "Enrolled in a campaign"
    yield "[*]", EnrolmentStatus.ACTIVE, "Enrolled"
    for status in EnrolmentStatus:
        for name, event in _enrolment_events():
            found = _enrolment_after(_account(enrolment=status), event)
            if found is not None and found.status is not status:
                yield status, found.status, name


def phase_edges() -> Iterator[Edge]:
    """Yield how an enrolment moves between outreach and engaged."""
    yield "[*]", Phase.OUTREACH, "Enrolled"
    for phase in Phase:
        for target in Phase:
            if target is not phase:
                changed = e.PhaseChanged(rule="x", enrolment=1, phase=target)
                found = _enrolment_after(_account(phase=phase), changed)
                if found is not None:
                    yield phase, found.phase, "PhaseChanged"


def _touch_after(status: TouchStatus, event: e.Event) -> TouchStatus | None:
    try:
        account = evolve(_account(touch=status), event, AT)
    except KeyError:
        return None
    touch = account.touches.get(1)
    if touch is not None:
        return touch.status
    if isinstance(event, e.TouchSettled):
        return TouchStatus.SENT if event.reach is Reach.SENT else TouchStatus.REFUSED
    return ENDS[type(event)]


def _enrolment_after(account: Account, event: e.Event) -> Enrolment | None:
    try:
        return evolve(account, event, AT).enrolments[1]
    except KeyError:
        return None


def _touch_events() -> Iterator[Variant]:
    yield "TouchMoved", e.TouchMoved(rule="x", touch=1, slot=SLOT)
    yield "TouchReassigned", e.TouchReassigned(rule="x", touch=1, person="p")
    yield "TouchWithdrawn", e.TouchWithdrawn(rule="x", touch=1)
    yield "TouchSkipped", e.TouchSkipped(rule="x", touch=1)
    yield "TouchBlocked", e.TouchBlocked(rule="x", touch=1, attempt=2, missing=("a",))
    yield "TouchWaits", e.TouchWaits(rule="x", touch=1, attempt=2, steps=("1.3",))
    yield "TouchKeptBack", e.TouchKeptBack(rule="x", touch=1, attempt=2, slot=SLOT)
    yield "TaskOpened", e.TaskOpened(rule="x", task=1, kind="call", due_on=DAY, touch=1)
    yield "TouchDone", e.TouchDone(rule="x", touch=1, outcome="absent")
    yield "TouchAttempted", e.TouchAttempted(rule="x", touch=1, attempt=1)
    for reach in Reach:
        settled = e.TouchSettled(rule="x", touch=1, attempt=1, reach=reach)
        yield f"TouchSettled {reach.value}", settled


def _enrolment_events() -> Iterator[Variant]:
    yield "EnrolmentOpened", e.EnrolmentOpened(rule="x", enrolment=1, start_on=DAY)
    yield "EnrolmentFinished", e.EnrolmentFinished(rule="x", enrolment=1, reason="x")
    yield "EnrolmentReopened", e.EnrolmentReopened(rule="x", enrolment=1)
    yield "EnrolmentWithdrawn", e.EnrolmentWithdrawn(rule="x", enrolment=1, reason="x")


def _account(
    *,
    touch: TouchStatus = TouchStatus.PLANNED,
    enrolment: EnrolmentStatus = EnrolmentStatus.ACTIVE,
    phase: Phase = Phase.OUTREACH,
) -> Account:
    going = Enrolment(
        sequence=SequenceRef("s", "h"),
        sequence_class="prospecting",
        about=About(offer="o"),
        participants={},
        start_on=DAY,
        entry_at=AT,
        status=enrolment,
        phase=phase,
    )
    one = Touch(
        enrolment=1,
        step="1.3",
        step_index=0,
        channel=Channel.EMAIL,
        phase=Phase.OUTREACH,
        slot=SLOT,
    )
    news = SaleNews(at=AT, rule="x", status="lead", stage="identification", ended=(1,))
    touches = {1: replace(one, status=touch)}
    return Account(enrolments={1: going}, touches=touches, sale=news)


def _diagram(edges: Iterator[Edge]) -> list[str]:
    """Return the edges as mermaid text, those between the same two states in one line."""
    names: dict[tuple[str, str], list[str]] = {}
    for source, target, name in edges:
        names.setdefault((str(source), str(target)), []).append(name)
    lines = [
        f"    {source} --> {target}: {', '.join(found)}"
        for (source, target), found in names.items()
    ]
    return ["```mermaid", "stateDiagram-v2", *lines, *_last(names), "```"]


def _last(names: dict[tuple[str, str], list[str]]) -> list[str]:
    sources = {source for source, _ in names}
    ends = dict.fromkeys(target for _, target in names if target not in sources)
    return [f"    {end} --> [*]" for end in ends]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
