"""Plan again, account by account, what was planned by other rules: tried first, then asked.

A batch has the number of the publication it follows in the name of each of its inputs: asked
again, it goes on where it stopped, and an account that has its answer is not asked twice.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import TypeAlias

from msgspec import Raw, Struct
from msgspec.structs import replace

from console.desk.asking import DecisionReceipt, submit_batch
from console.desk.ports import Home
from console.desk.session import Session
from engine import events as e
from engine import rules
from engine.account import Account
from engine.account.due import is_promised
from engine.account.state import Touch
from engine.cadence import calendars_at
from engine.decision import Refused
from engine.ids import WORKSPACE, InputId, StreamId, StreamKind, name_of, stream_id, touch_id
from engine.inputs import Input
from engine.requests import PlanAgain
from engine.rule_ids import RuleId
from engine.rules import Stream
from engine.ruleset import Ruleset
from engine.validity import Cursor
from engine.values import Channel, Slot
from engine.wire import encode_input
from engine.workspace import Workspace
from infra.intake import Submission
from infra.runtime.partitions import place_of
from infra.runtime.reading import read_valid
from projections.queries.accounts import accounts_with_enrolments

Changed: TypeAlias = e.TouchMoved | e.TouchSkipped | e.TouchWithdrawn


class TouchChange(Struct, frozen=True, kw_only=True):
    """What becomes of one planned touch under other rules."""

    touch: str  # its outside name
    title: str  # of the account
    step: str
    on_before: date
    due_before_at: datetime
    on: date | None  # None: it is left out
    due_at: datetime | None
    rule: str  # those that moved it, joined by `+`; or the one that leaves it out
    time_zone: str


class Replanning(Struct, frozen=True, kw_only=True):
    """A batch that plans again, tried or done."""

    ruleset: str
    account_count: int  # looked at
    changes: tuple[TouchChange, ...]
    agreed: tuple[TouchChange, ...] = ()  # dates that somebody agreed, on days closed by then


async def accounts_to_plan(session: Session) -> tuple[StreamId, ...]:
    """Return the accounts that have something planned, by id."""
    views = await session.home.views()
    names = await views.ask(accounts_with_enrolments)
    return tuple(stream_id(StreamKind.ACCOUNT, name) for name in names)


async def tried(session: Session, accounts: Collection[StreamId], ruleset: Ruleset) -> Replanning:
    """Return what a batch would change: the rules' own code decides, and nothing is asked.

    The states come from the log, a partition at a time, as they stand at this moment.
    """
    changes: list[TouchChange] = []
    agreed: list[TouchChange] = []
    asked = Input(
        id=InputId("tried"),
        stream=WORKSPACE,
        at=(await session.health()).now_at,
        actor=session.actor,
        source=session.source,
        request=PlanAgain(),
    )
    async for stream, published, name in _streams(session.home, accounts):
        there = replace(published, ruleset=ruleset)
        item = replace(asked, stream=name)
        body = rules.decide(stream, there, item, Raw(encode_input(item)))
        if isinstance(stream.state, Account) and not isinstance(body.outcome, Refused):
            changes.extend(changes_of(stream.state, name_of(name), body.events))
            agreed.extend(_agreed_on_closed_days(stream.state, name_of(name), ruleset))
    return Replanning(
        ruleset=ruleset.version,
        account_count=len(accounts),
        changes=tuple(changes),
        agreed=tuple(agreed),
    )


async def ask_to_plan(
    session: Session,
    accounts: Sequence[StreamId],
    *,
    ruleset: str,
    w: int,
    progressed: Callable[[int, int], None],
) -> tuple[DecisionReceipt, ...]:
    """Ask every account to plan again by publication `w`, and return what each decided.

    Raises:
        NoAnswerError: One was not decided in time: those before it stand.
    """
    batch = f"ruleset:{ruleset}"
    submissions = [
        Submission(stream=stream, request=PlanAgain(), id=InputId(f"plan-{w}-{name_of(stream)}"))
        for stream in accounts
    ]
    return await submit_batch(session, submissions, batch=batch, needs_w=w, progressed=progressed)


def changes_of(state: Account, name: str, events: Sequence[e.Event]) -> Iterator[TouchChange]:
    """Yield what events change of the touches that an account has, each touch once."""
    last = {event.touch: event for event in events if isinstance(event, Changed)}
    for number, event in last.items():
        touch = state.touches.get(number)
        if touch is not None and not _stays(touch, event):
            yield _change(state, touch_id(name, number), touch, event)


def _agreed_on_closed_days(state: Account, name: str, ruleset: Ruleset) -> Iterator[TouchChange]:
    """Yield what nobody moves but whoever agreed it, and now lies on a public holiday."""
    calendars = calendars_at(state.locality, ruleset)
    for number, touch in state.touches.items():
        is_named = touch.channel is Channel.MEETING or is_promised(touch)
        if calendars is not None and is_named and calendars.is_holiday(touch.slot.on):
            stands = e.TouchMoved(rule=RuleId.WINDOW_HOLIDAY, touch=number, slot=touch.slot)
            yield _change(state, touch_id(name, number), touch, stands)


def _moved_by(slot: Slot) -> str:
    return "+".join(dict.fromkeys(move.rule for move in slot.moves))


def _stays(touch: Touch, event: Changed) -> bool:
    return isinstance(event, e.TouchMoved) and event.slot.due_at == touch.slot.due_at


def _change(state: Account, name: str, touch: Touch, event: Changed) -> TouchChange:
    slot = event.slot if isinstance(event, e.TouchMoved) else None
    return TouchChange(
        touch=name,
        title=state.attributes.name if state.attributes else "",
        step=touch.step or touch.channel.value,
        on_before=touch.slot.on,
        due_before_at=touch.slot.due_at,
        on=slot.on if slot else None,
        due_at=slot.due_at if slot else None,
        rule=_moved_by(slot) if slot and slot.moves else event.rule,
        time_zone=state.locality.time_zone,
    )


async def _streams(
    home: Home, accounts: Collection[StreamId]
) -> AsyncIterator[tuple[Stream, Workspace, StreamId]]:
    """Yield accounts as the log has them, with what their partition adopted."""
    wanted = frozenset(accounts)
    log, known = await home.log(), await home.cursors()
    start = Cursor(generation=max((cursor.generation for cursor in known.values()), default=1))
    for partition in range(log.partition_count if wanted else 0):
        folded = {WORKSPACE: rules.new(WORKSPACE)}
        place = place_of(partition)
        async for read in read_valid(log, place, start):
            for placed in read.placed(place):
                name = placed.body.stream
                if name in wanted or name == WORKSPACE:
                    before = folded.get(name) or rules.new(name)
                    input_id = placed.input.id if placed.input else None
                    folded[name] = rules.evolve(before, placed.body, input_id, placed.seq)
        published = folded.pop(WORKSPACE).state
        if isinstance(published, Workspace):
            for name in sorted(folded):
                yield folded[name], published, name
