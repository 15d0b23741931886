"""Grants, ledger and stops in memory: for tests and simulation.

They keep what the PostgreSQL adapters keep, as long as the object lives; several processes
share it as they would share a database.  Nothing waits within a call, so each is one step.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from engine.decision import PlacedDecision
from engine.ids import StreamId
from engine.suppressing import Stop, persons_in
from infra.log.errors import LeaseLostError
from infra.log.leases import Leases, Tenure
from infra.log.port import Place
from infra.runtime.owning.touch_ports import GrantKey
from infra.runtime.partitions import number_of
from infra.touching.protocol import (
    ClaimRow,
    KeptBack,
    LedgerRow,
    Settlement,
    claimed_after,
    clash,
    gives_back,
)
from infra.touching.tables import (
    Admission,
    ClaimAsk,
    Clash,
    Entry,
    GrantAsk,
    GrantRow,
    Held,
    clashes_of,
    rounds_of,
    rows_of,
)


class MemoryRow(NamedTuple):
    """A row of the ledger."""

    entry: Entry
    process: str
    settlement: Settlement | None


class MemoryTables:
    """What the tables hold."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self.grants: dict[GrantKey, GrantRow] = {}
        self.partitions: dict[GrantKey, int] = {}
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.rows: dict[GrantKey, MemoryRow] = {}
        self.stops: dict[tuple[str, str], Stop] = {}  # by name and reason
        self.claims: dict[str, ClaimRow] = {}  # by name of a human
        self.ended: set[str] = set()  # processes
        self._processes: dict[str, list[str]] = {}

    @property
    def stopped(self) -> frozenset[str]:
        """Return the names of which more was stated than lifted."""
        return frozenset(stop.name for stop in self.stops.values() if stop.stated > stop.lifted)

    def begin_process(self, home: str) -> str:
        """Return a new process id; every earlier process of this home is dead from now on."""
        earlier = self._processes.setdefault(home, [])
        self.ended.update(earlier)
        earlier.append(f"{home}:{len(earlier) + 1}")
        return earlier[-1]

    async def hold(self, tenures: Iterable[Tenure]) -> None:
        """Check that tenures stand."""
        for place, epoch in sorted(set(tenures)):
            current_epoch = await self._leases.current_epoch(place)
            if current_epoch != epoch:
                raise LeaseLostError(place, epoch, current_epoch)

    def uncount(self, keys: Iterable[GrantKey]) -> None:
        """Take grants out of the counts."""
        for key in keys:
            if key in self.grants:
                self.counts.subtract(self.grants[key].counted_in)


class MemoryGrants:
    """The grants in memory; see `infra.touching.tables.Grants`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def grant(
        self,
        asks: Sequence[GrantAsk],
        *,
        tenures: Collection[Tenure],
        since: str,
        admit: Callable[[Held], Admission],
    ) -> Mapping[GrantKey, GrantRow | KeptBack]:
        """Decide a batch on what is held, put and count."""
        await self._tables.hold(tenures)
        admission = admit(self._held(asks, since))
        self._tables.uncount(admission.fresh)
        self._tables.grants |= admission.fresh
        self._tables.partitions |= {ask.key: ask.partition for ask in asks}
        for row in admission.fresh.values():
            self._tables.counts.update(row.counted_in)
        return admission.answers

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants without a ledger row."""
        await self._tables.hold((tenure,))
        held = self._tables.grants
        unused = {key for key in keys if key in held and not held[key].is_used}
        self._tables.uncount(unused)
        for key in unused:
            del held[key]

    async def claim(self, asks: Sequence[ClaimAsk]) -> Sequence[Clash | None]:
        """Claim humans by name, and return why an ask has to wait."""
        clashes: dict[int, Clash] = {}
        for asked in rounds_of(asks):
            clashes |= clashes_of(asked, self._claimed(rows_of(asked)))
        return tuple(clashes.get(index) for index in range(len(asks)))

    async def end_claims(self, enrolments: Collection[tuple[StreamId, int]]) -> None:
        """Let others prospect whom these enrolments did."""
        for name, row in self._tables.claims.items():
            if (row.prospector, row.enrolment) in enrolments:
                self._tables.claims[name] = ClaimRow(row.on, row.account)

    async def unused(self, place: Place) -> Sequence[GrantKey]:
        """Return a partition's grants without a ledger row, in order."""
        number = number_of(place)
        return tuple(
            key
            for key, row in sorted(self._tables.grants.items())
            if not row.is_used and self._tables.partitions[key] == number
        )

    def _claimed(self, rows: Mapping[str, ClaimRow]) -> dict[str, ClaimRow]:
        """Put the rows that clash with nothing; return what the others clash with."""
        held = self._tables.claims
        others: dict[str, ClaimRow] = {}
        for name, row in rows.items():
            before = held.get(name)
            if before is None:
                held[name] = row
            elif clash(before, row) is None:
                held[name] = claimed_after(before, row)
            else:
                others[name] = before
        return others

    def _held(self, asks: Sequence[GrantAsk], since: str) -> Held:
        tables = self._tables
        counts: dict[tuple[str, str], dict[str, int]] = {
            name: {} for ask in asks for name in ask.counted_under
        }
        for (sender, domain, window), count in tables.counts.items():
            if (sender, domain) in counts and window >= since:
                counts[sender, domain][window] = count
        return Held(
            stopped=tables.stopped.intersection([name for ask in asks for name in ask.stop_names]),
            grants={ask.key: tables.grants[ask.key] for ask in asks if ask.key in tables.grants},
            counts=counts,
        )


class MemoryLedger:
    """The ledger in memory, as one process writes it; see `infra.touching.tables.Ledger`."""

    def __init__(self, tables: MemoryTables, process: str) -> None:
        self._tables = tables
        self.process = process

    async def take(self, entries: Sequence[Entry], at: datetime) -> Mapping[GrantKey, str]:
        """Insert rows; the first insert wins."""
        del at
        tables = self._tables
        taken = {entry.key: entry for entry in entries if entry.key not in tables.rows}
        for key, entry in taken.items():
            settlement = Settlement(entry.report) if entry.report else None
            tables.rows[key] = MemoryRow(entry, self.process, settlement)
            if key in tables.grants:
                tables.grants[key] = tables.grants[key]._replace(is_used=True)
        tables.uncount(key for key, entry in taken.items() if entry.report)
        return {key: self._window(key) for key in taken}

    async def read(self, keys: Sequence[GrantKey]) -> Mapping[GrantKey, LedgerRow]:
        """Return the rows that stand under these keys."""
        rows = self._tables.rows
        return {key: self._row(rows[key]) for key in keys if key in rows}

    async def open_rows(self, names: Collection[str]) -> Mapping[GrantKey, LedgerRow]:
        """Return the rows without outcome whose message goes to these addresses or people."""
        persons = persons_in(names)
        return {
            key: self._row(row)
            for key, row in self._tables.rows.items()
            if row.settlement is None and (row.entry.tag in names or row.entry.person in persons)
        }

    async def settle(
        self, outcomes: Mapping[GrantKey, Settlement], at: datetime
    ) -> Mapping[GrantKey, Settlement]:
        """Write outcomes where none stands; return those that stand now."""
        del at
        rows = self._tables.rows
        known = [key for key in outcomes if key in rows]
        written = [key for key in known if rows[key].settlement is None]
        for key in written:
            rows[key] = rows[key]._replace(settlement=outcomes[key])
        self._tables.uncount(key for key in written if gives_back(outcomes[key].report.reach))
        settlements = {key: rows[key].settlement for key in known}
        return {key: settlement for key, settlement in settlements.items() if settlement}

    def _window(self, key: GrantKey) -> str:
        grant = self._tables.grants.get(key)
        return grant.window if grant else ""

    def _row(self, row: MemoryRow) -> LedgerRow:
        settlement = row.settlement
        return LedgerRow(
            process=row.process,
            report=settlement.report if settlement else None,
            digest=settlement.digest if settlement else "",
            size_bytes=settlement.size_bytes if settlement else 0,
            window=self._window(row.entry.key),
            is_dead=row.process in self._tables.ended,
        )


class MemoryStops:
    """The stops in memory; see `infra.touching.tables.Stops`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def write(self, stops: Sequence[Stop], placed: PlacedDecision) -> None:
        """Keep what a decision states and lifts."""
        del placed
        for stop in stops:
            known = self._tables.stops.setdefault((stop.name, stop.reason), stop)
            self._tables.stops[stop.name, stop.reason] = known._replace(
                stated=max(known.stated, stop.stated), lifted=max(known.lifted, stop.lifted)
            )

    async def suppressed(self, names: Collection[str]) -> frozenset[str]:
        """Return of which of these names more was stated than lifted."""
        return self._tables.stopped.intersection(names)
