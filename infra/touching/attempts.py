"""Bring a batch of attempts to the point of sending: row, stops, message, in this order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.requests import Reach
from infra.clock import Clock
from infra.mail.letters import Asked, Letter, Letters
from infra.runtime.owning.touch_ports import GrantKey
from infra.runtime.partitions import number_of
from infra.store.pool import Pool, translated
from infra.touching.addressing import address_of, touch_of
from infra.touching.jobs import Job
from infra.touching.ledger import Entry, Ledger, Settlement, Standing
from infra.touching.protocol import (
    DEADLINE,
    WINDOW_CLOSED,
    Move,
    Report,
    move,
    stop_before_sending,
)
from infra.touching.suppression import suppressed

RELEASED = Report(Reach.NOT_SENT, DEADLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A message that may be sent under a row of ours."""

    job: Job
    letter: Letter
    window: str  # of its grant


@dataclass(slots=True, kw_only=True)
class Prepared:
    """What became of a batch."""

    ready: list[Ready] = field(default_factory=list)
    unsent: dict[GrantKey, Settlement] = field(default_factory=dict)  # to be written to the row
    known: dict[GrantKey, Settlement] = field(default_factory=dict)  # the row says so already
    in_doubt: list[Job] = field(default_factory=list)
    again: list[Job] = field(default_factory=list)  # another process was first, or is at it


class Attempts:
    """Prepares batches; nothing of it touches the world."""

    def __init__(self, ledger: Ledger, letters: Letters, *, pool: Pool, clock: Clock) -> None:
        """Keep the parts."""
        self._ledger = ledger
        self._letters = letters
        self._pool = pool
        self._clock = clock

    def message_id(self, job: Job) -> str:
        """Return the message id of an attempt."""
        return self._letters.message_id(job.key, job.published)

    async def prepare(self, jobs: Sequence[Job]) -> Prepared:
        """Take what may be taken, then look for stops, then write.

        Raises:
            StoreUnavailableError: Rows may stand; nothing was sent under them.
        """
        prepared = Prepared()
        taken = await self._take(jobs, prepared)
        if taken:
            going, windows = await self._without_stops(taken, prepared)
            await self._write(going, windows, prepared)
        return prepared

    async def _take(self, jobs: Sequence[Job], prepared: Prepared) -> list[Job]:
        """Return the jobs whose rows are ours, committed and without outcome."""
        found = [job.key for job in jobs if job.is_found]
        standing = await self._ledger.read(found) if found else {}
        moves = {job.key: self._move(job, standing.get(job.key)) for job in jobs}
        entries = [
            self._entry(job, moves[job.key])
            for job in jobs
            if moves[job.key] in (Move.TAKE, Move.RELEASE)
        ]
        won = await self._ledger.take(entries, self._clock.now()) if entries else frozenset()
        taken: list[Job] = []
        for job in jobs:
            match moves[job.key]:
                case Move.GO_ON:
                    taken.append(job)
                case Move.TAKE if job.key in won:
                    taken.append(job)
                case Move.RELEASE if job.key in won:
                    prepared.known[job.key] = Settlement(report=RELEASED)
                case Move.REPORT:
                    settlement = standing[job.key].settlement
                    prepared.known[job.key] = settlement or Settlement(report=RELEASED)
                case Move.DOUBT:
                    prepared.in_doubt.append(job)
                case Move.TAKE | Move.RELEASE | Move.WAIT:
                    prepared.again.append(job)
        return taken

    def _move(self, job: Job, standing: Standing | None) -> Move:
        return move(
            standing.row if standing else None,
            age_seconds=job.age_seconds,
            process=self._ledger.process,
            sender_is_dead=bool(standing and standing.is_dead),
            is_unknown=job.is_unknown,
        )

    def _entry(self, job: Job, what: Move) -> Entry:
        point = address_of(job.state, job.key.touch)
        return Entry(
            key=job.key,
            partition=number_of(job.tenure.place),
            tag=point.tag if point else "",
            message_id=self.message_id(job),
            report=RELEASED if what is Move.RELEASE else None,
        )

    async def _without_stops(
        self, jobs: Sequence[Job], prepared: Prepared
    ) -> tuple[list[Job], dict[GrantKey, str]]:
        windows = await self._ledger.windows([job.key for job in jobs])
        tags = {job.key: _tag(job) for job in jobs}
        with translated():
            async with self._pool.acquire() as connection:
                # Last of all that is read: an objection committed before this is seen.
                stopped = await suppressed(connection, list(tags.values()))
        going = []
        for job in jobs:
            report = self._stop(job, windows.get(job.key, ""), is_stopped=tags[job.key] in stopped)
            if report is None:
                going.append(job)
            else:
                prepared.unsent[job.key] = Settlement(report=report)
        return going, windows

    def _stop(self, job: Job, window: str, *, is_stopped: bool) -> Report | None:
        touch = touch_of(job.state, job.key.touch)
        if touch is None:
            return Report(Reach.NOT_SENT, WINDOW_CLOSED)
        return stop_before_sending(
            is_suppressed=is_stopped,
            window=window,
            closes_at=touch.slot.closes_at,
            at=self._clock.now(),
            age_seconds=job.age_seconds,
        )

    async def _write(
        self, jobs: Sequence[Job], windows: dict[GrantKey, str], prepared: Prepared
    ) -> None:
        asked = [Asked(key=job.key, state=job.state, published=job.published) for job in jobs]
        written = await self._letters.write(asked)
        for job in jobs:
            letter = written[job.key]
            if isinstance(letter, Report):
                prepared.unsent[job.key] = Settlement(report=letter)
            else:
                prepared.ready.append(Ready(job=job, letter=letter, window=windows[job.key]))


def _tag(job: Job) -> str:
    point = address_of(job.state, job.key.touch)
    return point.tag if point else ""
