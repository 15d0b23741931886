"""Bring a batch of attempts to the point of sending: row, stops, content, in this order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.requests import Reach
from infra.clock import Clock
from infra.runtime.owning.touch_ports import GrantKey
from infra.runtime.partitions import number_of
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger
from infra.touching.addressing import POINT_MISSING
from infra.touching.channel_ports import CONTENT_BROKEN, Parcel, Writer
from infra.touching.jobs import Job
from infra.touching.pauses import Pauses
from infra.touching.protocol import (
    DEADLINE,
    SENDER_UNREACHABLE,
    WINDOW_CLOSED,
    AttemptReport,
    Course,
    LedgerRow,
    Settlement,
    course_of,
    stop_before_sending,
)
from infra.touching.tables import Entry, Ledger, Stops

RELEASE = AttemptReport(Reach.NOT_SENT, DEADLINE)
BROKEN = AttemptReport(Reach.BROKEN, CONTENT_BROKEN)

Written = Mapping[GrantKey, Parcel | AttemptReport]

LOG = get_logger("attempts")


@dataclass(slots=True, kw_only=True)
class Sorting:
    """The jobs of a batch, sorted by what becomes of them."""

    ready: list[tuple[Job, Parcel]] = field(default_factory=list)  # under rows of ours
    settled: list[tuple[Job, Settlement]] = field(default_factory=list)
    in_doubt: list[Job] = field(default_factory=list)
    again: list[Job] = field(default_factory=list)  # another process was first, or is at it


class Attempts:
    """Prepares batches; nothing of it touches the world."""

    def __init__(
        self, ledger: Ledger, writer: Writer, *, stops: Stops, clock: Clock, pauses: Pauses
    ) -> None:
        self._ledger = ledger
        self._writer = writer
        self._stops = stops
        self._clock = clock
        self._pauses = pauses

    async def prepare(self, jobs: Sequence[Job]) -> Sorting:
        """Take what may be taken, then look for stops, then write.

        Raises:
            StoreUnavailableError: Rows may stand; nothing was sent under them.
        """
        for job in jobs:
            job.reference = job.reference or self._reference(job)
        sorting = Sorting()
        taken = await self._take(jobs, sorting)
        if taken:
            await self._write(await self._without_stops(taken, sorting), sorting)
        return sorting

    async def _take(self, jobs: Sequence[Job], sorting: Sorting) -> list[Job]:
        """Return the jobs whose rows are ours, committed and without outcome."""
        found = [job.key for job in jobs if job.is_found]
        rows = await self._ledger.read(found)
        courses = {job.key: self._course(job, rows.get(job.key)) for job in jobs}
        released = {job.key: self._released(job, courses[job.key]) for job in jobs}
        entries = [
            _entry(job, released[job.key])
            for job in jobs
            if courses[job.key] in (Course.TAKE, Course.RELEASE)
        ]
        won = await self._ledger.take(entries, self._clock.now()) if entries else {}
        taken: list[Job] = []
        for job in jobs:
            match courses[job.key]:
                case Course.GO_ON:
                    job.window = rows[job.key].window
                    taken.append(job)
                case Course.TAKE | Course.RELEASE if job.key in won:
                    report = released[job.key]
                    if report is None:
                        job.window = won[job.key]
                        taken.append(job)
                    else:
                        sorting.settled.append((job, Settlement(report)))
                case Course.REPORT:
                    settlement = rows[job.key].settlement
                    sorting.settled.append((job, settlement or Settlement(RELEASE)))
                case Course.DOUBT:
                    sorting.in_doubt.append(job)
                case Course.TAKE | Course.RELEASE | Course.WAIT:
                    sorting.again.append(job)
        return taken

    def _course(self, job: Job, row: LedgerRow | None) -> Course:
        return course_of(
            row,
            age_seconds=job.age_seconds,
            process=self._ledger.process,
            process_is_dead=row is not None and row.is_dead,
            is_unknown=job.is_unknown,
        )

    def _released(self, job: Job, course: Course) -> AttemptReport | None:
        """Return what the row of an attempt says that is not even begun."""
        if course is Course.RELEASE:
            return RELEASE
        if not job.reference:
            return BROKEN
        is_paused = self._pauses.until(job.sender_name, self._clock.now()) is not None
        return AttemptReport(Reach.NOT_SENT, SENDER_UNREACHABLE) if is_paused else None

    async def _without_stops(self, jobs: Sequence[Job], sorting: Sorting) -> list[Job]:
        # Last of all that is read: an objection committed before this is seen.
        names = {name for job in jobs for name in job.stop_names}
        stopped = await self._stops.suppressed(names)
        going: list[Job] = []
        for job in jobs:
            report = self._stop(job, is_suppressed=not stopped.isdisjoint(job.stop_names))
            if report is None:
                going.append(job)
            else:
                sorting.settled.append((job, Settlement(report)))
        return going

    def _stop(self, job: Job, *, is_suppressed: bool) -> AttemptReport | None:
        if job.touch is None:
            return AttemptReport(Reach.NOT_SENT, WINDOW_CLOSED)
        if job.point is None and not is_suppressed:
            # It was stopped, or found dead, while the attempt waited.
            return AttemptReport(Reach.NOT_SENT, POINT_MISSING)
        return stop_before_sending(
            is_suppressed=is_suppressed,
            window=job.window,
            closes_at=job.touch.slot.closes_at,
            at=self._clock.now(),
            age_seconds=job.age_seconds,
        )

    async def _write(self, jobs: Sequence[Job], sorting: Sorting) -> None:
        written = await self._written(jobs)
        for job in jobs:
            parcel = written[job.key]
            if isinstance(parcel, Parcel):
                sorting.ready.append((job, parcel))
            else:
                sorting.settled.append((job, Settlement(parcel)))

    # --- one touch that breaks harms no other ----------------------------------------

    def _reference(self, job: Job) -> str:
        try:
            return self._writer.reference(job)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is this touch's end alone)
            _say_broken(job, error)
            return ""

    async def _written(self, jobs: Sequence[Job]) -> Written:
        try:
            return await self._writer.write(jobs)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001  (written one by one, the one that broke is known)
            return {job.key: await self._written_alone(job) for job in jobs}

    async def _written_alone(self, job: Job) -> Parcel | AttemptReport:
        try:
            return (await self._writer.write([job]))[job.key]
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is, it is this touch's end alone)
            _say_broken(job, error)
            return BROKEN


def _say_broken(job: Job, error: Exception) -> None:
    # The error's text may quote the message: only its kind is kept.
    kind = type(error).__name__
    LOG.error("touch_broken", stream=job.key.stream, touch=job.key.touch, error=kind)


def _entry(job: Job, report: AttemptReport | None) -> Entry:
    return Entry(
        key=job.key,
        partition=number_of(job.tenure.place),
        tag=job.tag,
        person=job.person,
        reference=job.reference,
        report=report,
    )
