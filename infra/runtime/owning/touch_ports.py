"""What the partition owners ask of gate, dispatch and suppression.

Each call concerns validated decisions only.  All of it can be lost at any instant: an
owner that takes a partition finds again, from state, grants and ledger, whatever was
under way, and asks anew under the same ids.
"""

from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from engine.account import Account
from engine.decision import PlacedDecision
from engine.ids import InputId, StreamId
from engine.requests import AttemptTouch, Reach, Request
from engine.rule_ids import RuleId
from engine.rules import Stream
from engine.values import KeptContact
from engine.workspace import Workspace
from infra.log.leases import Tenure
from infra.log.port import Place

RaiseOwn = Callable[[StreamId, InputId, Request], None]
"""Raise an own input; dropped if this process does not own the stream's partition, and
harmless if the same id is under way or was decided before."""


SettleDoubts = Callable[[RaiseOwn], Coroutine[None, None, None]]
"""Asks, until cancelled, what became of attempts whose outcome is unknown, and raises it."""


class GrantKey(NamedTuple):
    """What a grant is for: one attempt of one touch of one account."""

    stream: StreamId
    touch: int
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAttempt:
    """A due e-mail that asks for its grant."""

    tenure: Tenure
    stream: StreamId
    request: AttemptTouch  # without grant, as `engine.rules.due` gave it
    state: Stream  # the account, every validated decision folded in
    published: Workspace  # what its partition has adopted

    @property
    def key(self) -> GrantKey:
        """Return what the grant is for."""
        return GrantKey(self.stream, self.request.touch, self.request.attempt)


class Counted(NamedTuple):
    """The names under which an attempt counts; without domain: all of a sender identity's."""

    sender: str
    domain: str


class Barred(NamedTuple):
    """No grant for anybody counted under these names, until an instant: nothing to decide."""

    rule: RuleId
    counted: Counted
    until_at: datetime
    since_at: datetime | None = None  # None: since now


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedContacts:
    """Due contacts of one account for which no grant is asked: calls, letters..."""

    stream: StreamId
    state: Account
    touches: tuple[int, ...]


class Gate(Protocol):
    """Caps that no account can see."""

    def counted(self, wanted: WantedAttempt) -> Counted:
        """Return the names under which an attempt would count."""

    async def grant(self, wanted: Sequence[WantedAttempt]) -> Sequence[AttemptTouch | Barred]:
        """Return, in order, each request with its grant or what keeps it back, or what bars it.

        One transaction.  A key that holds a grant of the current window gets it again.

        Raises:
            LeaseLostError: One of the tenures is void; nothing was granted.
            StoreUnavailableError: Nobody knows; ask again under the same keys.
        """

    async def claim(self, wanted: Sequence[WantedContacts]) -> Sequence[tuple[KeptContact, ...]]:
        """Claim whom contacts are for, over all accounts; return, in order, what has to wait.

        Raises:
            StoreUnavailableError: Nobody knows; asked again, what was claimed stays.
        """

    async def end_claims(self, enrolments: Collection[tuple[StreamId, int]]) -> None:
        """Let others prospect whom enrolments did that have ended.

        Raises:
            StoreUnavailableError: Nobody knows; a claim ends with its last day all the same.
        """

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants whose decision was no attempt; repeatable.

        Keys that have a ledger row stay: something may have left under them.

        Raises:
            LeaseLostError: The tenure is void; nothing was deleted.
            StoreUnavailableError: Nobody knows; the next owner's sweep asks again.
        """

    async def unsettled(self, place: Place) -> Sequence[GrantKey]:
        """Return the grants of a partition's accounts that have no ledger row."""


class Dispatcher(Protocol):
    """Carries out attempts, at most once each, and reports what became of them.

    It raises `RecordAttempt` through the callback `run` is given, again and again under
    the same id while the state has the attempt open.
    """

    async def run(self, raise_own: RaiseOwn) -> None:
        """Work until cancelled; on cancellation finish or release what is under way."""

    def attempted(
        self, tenure: Tenure, placed: PlacedDecision, state: Stream, published: Workspace
    ) -> None:
        """Take a validated decision with `TouchAttempted`; `state` and `published` are after it."""

    def resume(self, tenure: Tenure, stream: StreamId, state: Stream, published: Workspace) -> None:
        """Take a stream whose touches are `attempting` or `unknown`, found at recovery."""

    def settled(self, key: GrantKey, reach: Reach) -> None:
        """Take what a person decided of an attempt whose outcome is unknown."""

    def given_up(self, tenure: Tenure) -> None:
        """Forget what of a partition has no ledger row yet: another owner goes on."""

    @property
    def room_count(self) -> int:
        """How many attempts more it can begin in time; it grows before an outcome is raised."""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way and nothing waits to be raised."""


class Suppression(Protocol):
    """The stops that bind everybody, written before an objection is answered."""

    async def before_answer(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Commit the rows that a decision writes of stops, then read the ledger.

        Called for every validated decision that states or lifts a stop (see
        `engine.suppressing`), repeats and `Nothing` included; repeatable, in any order.
        No decision is answered, and no state flushed past it, before this returned.

        Returns:
            Outside names of touches in flight to whom it stops at that moment.

        Raises:
            StoreUnavailableError: Asked again until it answers.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchPorts:
    """The neighbours of an owner."""

    gate: Gate
    dispatcher: Dispatcher
    suppression: Suppression
    settle_doubts: SettleDoubts | None = None  # None: a person decides each
