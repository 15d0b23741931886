"""The tables of touching: grants with their counts, the ledger of attempts, the stops.

What is decided on what they hold is decided elsewhere; they promise what only a table can:
that some steps are one, that the first insert wins, that what was answered stays.  Their
adapters pass one contract suite (`tests/contracts`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from engine.account.pressure import ContactClaim
from engine.decision import PlacedDecision
from engine.ids import StreamId
from engine.rule_ids import RuleId
from engine.suppressing import Stop
from infra.log.leases import Tenure
from infra.log.port import Place
from infra.runtime.owning.touch_ports import GrantKey
from infra.touching.protocol import (
    AttemptReport,
    ClaimRow,
    KeptBack,
    LedgerRow,
    SenderCaps,
    Settlement,
    clash,
)

WHOLE_SENDER = ""
"""Stands for a recipient domain where all attempts of a sender identity are counted."""

SenderDomain = tuple[str, str]
"""A sender identity and a recipient domain, under which attempts are counted together."""


# --- grants ------------------------------------------------------------------------


class GrantRow(NamedTuple):
    """A grant as it stands."""

    sender: str
    domain: str
    window: str
    is_used: bool = False

    @property
    def counted_in(self) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
        """Return sender, domain and window of the two counts it is part of."""
        return (
            (self.sender, WHOLE_SENDER, self.window),
            (self.sender, self.domain, self.window),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantAsk:
    """What one attempt asks of the grants."""

    key: GrantKey
    partition: int
    sender: str
    domain: str
    stop_names: tuple[str, ...]  # under which a stop would keep it back
    caps: SenderCaps

    @property
    def counted_under(self) -> tuple[SenderDomain, SenderDomain]:
        """Return the names under which it would count."""
        return (self.sender, WHOLE_SENDER), (self.sender, self.domain)


class ClaimAsk(NamedTuple):
    """What a contact asks of the claims."""

    stream: StreamId  # the account
    claim: ContactClaim

    @property
    def row(self) -> ClaimRow:
        """Return what would stand under each of its names."""
        claim = self.claim
        if claim.exclusive_until_on is None:
            return ClaimRow(claim.on, self.stream)
        return ClaimRow(
            claim.on, self.stream, self.stream, claim.enrolment, claim.exclusive_until_on
        )


class Clash(NamedTuple):
    """Why a contact has to wait: what another account claimed of the same human."""

    rule: RuleId
    holder: StreamId


class Held(NamedTuple):
    """What the tables hold of a batch while nobody else may count its senders."""

    stopped: frozenset[str]  # names of `engine.suppressing`
    grants: Mapping[GrantKey, GrantRow]
    counts: Mapping[SenderDomain, Mapping[str, int]]  # attempts by window; each name asked for


class Admission(NamedTuple):
    """What is decided on a batch."""

    answers: dict[GrantKey, GrantRow | KeptBack]
    fresh: dict[GrantKey, GrantRow]  # to be put and counted; those that stand there are moved


class Grants(Protocol):
    """Grants and the counts of their windows; they never expire."""

    async def grant(
        self,
        asks: Sequence[GrantAsk],
        *,
        tenures: Collection[Tenure],
        since: str,
        admit: Callable[[Held], Admission],
    ) -> Mapping[GrantKey, GrantRow | KeptBack]:
        """Decide a batch on what is held, put what is fresh and count it: all as one step.

        Args:
            asks: At least one.
            tenures: They stand until the step is done.
            since: The oldest window that counts.
            admit: Decides; it may be asked once only.

        Raises:
            LeaseLostError: One of the tenures is void; nothing was granted.
            StoreUnavailableError: Nobody knows.
        """

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants without a ledger row, and their counts; repeatable.

        Raises:
            LeaseLostError: The tenure is void; nothing was deleted.
            StoreUnavailableError: Nobody knows.
        """

    async def claim(self, asks: Sequence[ClaimAsk]) -> Sequence[Clash | None]:
        """Claim humans by name, and return in order why an ask has to wait; None: it need not.

        Each name is claimed as one step; of two asks the first that may have it does.  Of an
        ask that clashes under one name the others may be claimed: they are the same human's.

        Raises:
            StoreUnavailableError: Nobody knows; asked again, what was claimed stays.
        """

    async def end_claims(self, enrolments: Collection[tuple[StreamId, int]]) -> None:
        """Let others prospect whom these enrolments did; repeatable.

        Raises:
            StoreUnavailableError: Nobody knows; a claim ends with its last day all the same.
        """

    async def unused(self, place: Place) -> Sequence[GrantKey]:
        """Return a partition's grants without a ledger row, in order.

        Raises:
            StoreUnavailableError: It did not answer.
        """


def rounds_of(asks: Sequence[ClaimAsk]) -> list[dict[int, ClaimAsk]]:
    """Return asks by index in rounds: within one no name stands twice, so that each is one step.

    One round, but where a human comes due in two accounts at once.
    """
    rounds: list[dict[int, ClaimAsk]] = []
    left = dict(enumerate(asks))
    while left:
        names: set[str] = set()
        taken: dict[int, ClaimAsk] = {}
        for index, ask in left.items():
            if names.isdisjoint(ask.claim.names):
                taken[index] = ask
            names.update(ask.claim.names)
        rounds.append(taken)
        left = {index: ask for index, ask in left.items() if index not in taken}
    return rounds


def rows_of(asks: Mapping[int, ClaimAsk]) -> dict[str, ClaimRow]:
    """Return what the asks of a round claim, by name."""
    return {name: ask.row for ask in asks.values() for name in ask.claim.names}


def clashes_of(asks: Mapping[int, ClaimAsk], others: Mapping[str, ClaimRow]) -> dict[int, Clash]:
    """Return why asks of a round have to wait: for what others hold of their names."""
    found: dict[int, Clash] = {}
    for index, ask in asks.items():
        for name in ask.claim.names:
            held = others.get(name)
            if held is not None and index not in found:
                # Held a moment ago, and free by now: it is asked for again tomorrow.
                rule = clash(held, ask.row) or RuleId.CAP_ONE_CONTACT_A_DAY
                found[index] = Clash(rule, holder_of(held, rule))
    return found


def holder_of(row: ClaimRow, rule: RuleId) -> StreamId:
    """Return the account that holds what a clash is about."""
    is_prospecting = rule is RuleId.EXCLUSIVE_CONTACT_POINT
    return StreamId(row.prospector if is_prospecting else row.account)


# --- the ledger --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row to insert; with a report it says that nothing will be sent."""

    key: GrantKey
    partition: int
    tag: str
    reference: str
    person: str = ""  # whom it goes to
    report: AttemptReport | None = None


class Ledger(Protocol):
    """One row an attempt, as one process writes it; each call raises `StoreUnavailableError`."""

    @property
    def process(self) -> str:
        """The id under which this process takes attempts."""

    async def take(self, entries: Sequence[Entry], at: datetime) -> Mapping[GrantKey, str]:
        """Insert rows and commit; return the keys whose row is ours now: the first insert wins.

        With each stands the counting window of its grant, which is used and moves no more;
        empty without one.  What a row says was not sent counts no more.  If there was no
        answer some rows may be ours; nothing was sent under them.
        """

    async def read(self, keys: Sequence[GrantKey]) -> Mapping[GrantKey, LedgerRow]:
        """Return the rows that stand under these keys."""

    async def open_rows(self, names: Collection[str]) -> Mapping[GrantKey, LedgerRow]:
        """Return the rows without outcome whose message goes to these addresses or people.

        Args:
            names: As `engine.suppressing` names them: tags, and `person:ID`.
        """

    async def settle(
        self, outcomes: Mapping[GrantKey, Settlement], at: datetime
    ) -> Mapping[GrantKey, Settlement]:
        """Write outcomes where none stands; return those that stand now.

        What is certain to have sent nothing counts no more.
        """


# --- stops -------------------------------------------------------------------------


class Stops(Protocol):
    """The addresses and people nothing may go to; each call raises `StoreUnavailableError`."""

    async def write(self, stops: Sequence[Stop], placed: PlacedDecision) -> None:
        """Commit what a decision states and lifts, all as one step.

        Of each name and reason the largest number stated stands, and the largest lifted:
        the same whatever is written twice, late, or in another order.  The instant and
        place of the first stay.
        """

    async def suppressed(self, names: Collection[str]) -> frozenset[str]:
        """Return of which of these names more was stated than lifted, as it is now."""
