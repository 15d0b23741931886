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
from engine.account.state import Touch
from engine.decision import Refused
from engine.ids import WORKSPACE, InputId, StreamId, StreamKind, name_of, stream_id, touch_id
from engine.inputs import Input
from engine.requests import PlanAgain
from engine.rules import Stream
from engine.ruleset import Ruleset
from engine.validity import Cursor
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
    rule: str  # that moves it there, or leaves it out
    time_zone: str


class Replanning(Struct, frozen=True, kw_only=True):
    """A batch that plans again, tried or done."""

    ruleset: str
    account_count: int  # looked at
    changes: tuple[TouchChange, ...]


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
    return Replanning(ruleset=ruleset.version, account_count=len(accounts), changes=tuple(changes))


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
        rule=slot.moves[-1].rule if slot and slot.moves else event.rule,
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
