"""A home in memory: the pure engine behind the door, prepared rows instead of views."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Concatenate

import msgspec
from msgspec import Raw

from console.cli.exits import Exit
from console.cli.main import run
from console.desk.ports import P, T
from engine.events import RulesetPublished, SequencePublished
from engine.ids import WORKSPACE, StreamId
from engine.inputs import Input, Lane
from engine.rules import Stream, decide, evolve, new
from engine.ruleset import Ruleset
from engine.validity import Cursor
from engine.wire import encode_input
from engine.workspace import Workspace
from infra.log.memory import MemoryLog
from infra.log.port import Log, Place
from infra.runtime.answers import Answer
from infra.runtime.errors import NothingRunsError
from infra.runtime.health import Health
from infra.runtime.owning.waiting_line import HeldUp
from infra.vault.port import Vault
from infra.vault.tags import Tagger
from projections.accounts.enrolments import EnrolmentRow
from projections.accounts.holds import HoldRow
from projections.accounts.organisations import AccountRow, searchable
from projections.accounts.people import PersonRow
from projections.check import ViewCheck
from projections.queries.accounts import (
    account_numbered,
    accounts_with_enrolments,
    enrolments_of_account,
    holds_of_account,
    people_of_account,
    zone_of_account,
)
from projections.queries.campaigns import CampaignLine, campaigns
from projections.queries.concerned import PositionLine, marks_of, positions_at, positions_of
from projections.queries.finding import FoundAccount, find_accounts, siren_of
from projections.queries.milestones import OrphanLine, PointLine, orphans, points
from projections.queries.page import Page
from projections.queries.pipeline import Pipeline, Share, pipeline
from projections.queries.published import (
    founding_of,
    ruleset_in_force,
    ruleset_published,
    sequence_in_force,
)
from projections.queries.status import Counts, Status, status
from projections.queries.suppressions import StopLine, stopped_names, suppressions
from projections.queries.tasks import TaskLine, task, tasks
from projections.queries.timeline import Timeline, timeline
from projections.queries.why import Why, why
from tests.console.lines import NOW, found, lines_of
from tests.infra.vault.examples import HOME_KEYS, vault

PARTITION_COUNT = 2


class EngineDoor:
    """Decides what comes in by the pure rules, in memory."""

    def __init__(self) -> None:
        self.streams: dict[StreamId, Stream] = {}
        self.inputs: list[Input] = []
        self.health_count = 0
        self.held_up: tuple[HeldUp, ...] = ()

    @property
    def published(self) -> Workspace:
        """Return what was published."""
        state = self.streams.get(WORKSPACE, new(WORKSPACE)).state
        assert isinstance(state, Workspace)
        return state

    async def ask(
        self, items: Sequence[Input], *, lane: Lane, within_seconds: float
    ) -> Sequence[Answer | None]:
        """Return the decision of each input."""
        assert lane is not Lane.OWN
        assert within_seconds > 0
        return [self.decided(item) for item in items]

    async def health(self) -> Health:
        """Return a process in good health."""
        self.health_count += 1
        return Health(
            now_at=NOW,
            partitions={-1: "running", 0: "running"},
            reactors="running",
            views={"accounts": "running"},
            waiting_count=0,
            tail_count=0,
            late_write_count=0,
            next_due_at=None,
            w=self.published.w,
            held_up=self.held_up,
        )

    def decided(self, item: Input) -> Answer:
        """Decide one input as an owner would."""
        self.inputs.append(item)
        before = self.streams.get(item.stream, new(item.stream))
        body = decide(before, self.published, item, Raw(encode_input(item)))
        self.streams[item.stream] = evolve(before, body, item.id, before.seq + 1)
        return Answer(
            input_id=item.id,
            outcome=body.outcome,
            stream=body.stream,
            version=body.version,
            partition=0,
            seq=before.seq + 1,
            w=self.published.w,
        )


class SilentDoor(EngineDoor):
    """Takes what comes in and never answers."""

    async def ask(
        self, items: Sequence[Input], *, lane: Lane, within_seconds: float
    ) -> Sequence[Answer | None]:
        """Return no answer."""
        del lane, within_seconds
        return [None for _ in items]


@dataclass(kw_only=True)
class MemoryViews:
    """Rows that a test prepared."""

    accounts: list[AccountRow] = field(default_factory=list)
    positions: list[PersonRow] = field(default_factory=list)
    enrolled: list[EnrolmentRow] = field(default_factory=list)
    held: list[HoldRow] = field(default_factory=list)
    open_tasks: list[TaskLine] = field(default_factory=list)
    touches: dict[str, Why] = field(default_factory=dict)
    dated: list[PointLine] = field(default_factory=list)
    undated: list[OrphanLine] = field(default_factory=list)
    stops: list[StopLine] = field(default_factory=list)
    marks: dict[str, bool] = field(default_factory=dict)
    checked: tuple[ViewCheck, ...] = ()
    rebuilt: list[str] = field(default_factory=list)
    workspace: Workspace = field(default_factory=Workspace)

    async def ask(
        self,
        query: Callable[Concatenate[Page, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return what a test prepared for a query."""
        answers: dict[object, Callable[..., object]] = {
            find_accounts: self._find,
            account_numbered: self._account,
            accounts_with_enrolments: self._with_enrolments,
            zone_of_account: self._zone,
            people_of_account: self._people,
            enrolments_of_account: self._enrolments,
            holds_of_account: self._holds,
            pipeline: self._pipeline,
            campaigns: self._campaigns,
            tasks: self._tasks,
            task: self._task,
            timeline: self._timeline,
            why: self._why,
            status: self._status,
            suppressions: self._suppressions,
            points: self._points,
            orphans: self._orphans,
            stopped_names: {stop.tag for stop in self.stops}.intersection,
            positions_of: self._positions_of,
            positions_at: self._positions_at,
            marks_of: self._marks_of,
            sequence_in_force: self._sequence,
            ruleset_in_force: self._ruleset,
            ruleset_published: self._ruleset_published,
            founding_of: self._founding,
        }
        return answers[query](*args, **kwargs)  # type: ignore[return-value]  # of its query

    async def check(self) -> tuple[ViewCheck, ...]:
        """Return what a check found."""
        return self.checked

    async def rebuild(self, name: str, progressed: Callable[[int, int], None]) -> int:
        """Note which view was to be built again."""
        progressed(3, 3)
        self.rebuilt.append(name)
        return 3

    def _find(self, text: str) -> tuple[FoundAccount, ...]:
        wanted = searchable(text)
        named = (text.strip(), siren_of(text))
        exact = [
            row
            for row in self.accounts
            if wanted == row.search or row.name in named or row.siren in named
        ]
        rows = exact or [row for row in self.accounts if wanted in row.search]
        return tuple(found(row) for row in rows)

    def _account(self, number: int) -> AccountRow:
        return next(row for row in self.accounts if row.account == number)

    def _zone(self, name: str) -> str:
        return next((row.time_zone for row in self.accounts if row.name == name), "")

    def _people(self, number: int) -> tuple[PersonRow, ...]:
        return tuple(row for row in self.positions if row.account == number)

    def _enrolments(self, number: int) -> tuple[EnrolmentRow, ...]:
        return tuple(row for row in self.enrolled if row.account == number)

    def _with_enrolments(self) -> tuple[str, ...]:
        running = {row.account for row in self.enrolled if row.status in ("pending", "active")}
        return tuple(sorted(row.name for row in self.accounts if row.account in running))

    def _holds(self, number: int) -> tuple[HoldRow, ...]:
        return tuple(row for row in self.held if row.account == number)

    def _pipeline(self, today: date) -> Pipeline:
        nothing = Share(account_count=0, with_next_point_count=0)
        return Pipeline(
            today=today, groups=(), all_accounts=nothing, enrolled_accounts=nothing, campaigns=()
        )

    def _campaigns(self) -> tuple[CampaignLine, ...]:
        return ()

    def _tasks(self, today: date, *, until_on: date | None) -> tuple[TaskLine, ...]:
        return tuple(task for task in self.open_tasks if task.due_on <= (until_on or today))

    def _task(self, owner: str, number: int, today: date) -> TaskLine | None:
        del today
        known = (task for task in self.open_tasks if (task.owner, task.number) == (owner, number))
        return next(known, None)

    def _timeline(self, account: FoundAccount, *, last: int) -> Timeline:
        del last
        return Timeline(account=account, people=(), happened=(), holds=(), planned=())

    def _why(self, touch: str) -> Why | None:
        return self.touches.get(touch)

    def _status(self, today: date) -> Status:
        del today
        counts = Counts(**dict.fromkeys(Counts.__struct_fields__, 0))
        return Status(
            counts=counts,
            touches=(),
            reaches=(),
            attention=(),
            held_mailboxes=(),
            calendars=None,
            mailboxes=(),
            partitions=(),
            cut=(),
            orphan_count=len(self.undated),
        )

    def _points(self, today: date) -> tuple[PointLine, ...]:
        del today
        return tuple(self.dated)

    def _orphans(self) -> tuple[OrphanLine, ...]:
        return tuple(self.undated)

    def _suppressions(self, *, count_max: int, with_lifted: bool) -> tuple[StopLine, ...]:
        return tuple(stop for stop in self.stops if with_lifted or not stop.lifted_at)[:count_max]

    def _positions_of(self, persons: list[str]) -> tuple[PositionLine, ...]:
        return tuple(
            line for line in lines_of(self.accounts, self.positions) if line.person in persons
        )

    def _positions_at(self, tags: list[str]) -> tuple[PositionLine, ...]:
        return tuple(
            line for line in lines_of(self.accounts, self.positions) if line.point(set(tags))
        )

    def _marks_of(self, tags: list[str]) -> dict[str, bool]:
        return {tag: self.marks[tag] for tag in tags if tag in self.marks}

    def _sequence(self, name: str) -> SequencePublished | None:
        for digest, sequence in self.workspace.sequences.items():
            if sequence.name == name:
                return SequencePublished(rule="publication", w=1, hash=digest, sequence=sequence)
        return None

    def _ruleset(self) -> Ruleset | None:
        return self.workspace.ruleset

    def _ruleset_published(self) -> RulesetPublished | None:
        ruleset = self._ruleset()
        return RulesetPublished(rule="publication", w=1, ruleset=ruleset) if ruleset else None

    def _founding(self, campaign: str) -> None:
        del campaign


@dataclass(kw_only=True)
class MemoryHome:
    """A home in memory; see `console.desk.ports.Home`."""

    engine: EngineDoor | None = field(default_factory=EngineDoor)  # None: nothing runs
    rows: MemoryViews = field(default_factory=MemoryViews)
    safe: Vault = field(default_factory=vault)
    records: MemoryLog = field(default_factory=lambda: MemoryLog(PARTITION_COUNT))
    folder: Path = Path("/home-of-a-test")

    async def door(self) -> EngineDoor:
        """Return the door, if anything runs."""
        if self.engine is None:
            raise NothingRunsError(self.folder)
        return self.engine

    async def views(self) -> MemoryViews:
        """Return the rows, if anything runs."""
        await self.door()
        return self.rows

    async def log(self) -> Log:
        """Return the log."""
        return self.records

    async def published(self) -> MemoryViews:
        """Return the rows, with what the engine was told."""
        self.rows.workspace = (await self.door()).published
        return self.rows

    async def vault(self) -> Vault:
        """Return the vault."""
        return self.safe

    async def tagger(self) -> Tagger:
        """Return the tagger."""
        return Tagger(HOME_KEYS.pepper)

    async def cursors(self) -> dict[Place, Cursor]:
        """Return no cursor: the log is read from its first record."""
        return {}

    async def create_log(self) -> int:
        """Return the count of partitions."""
        return PARTITION_COUNT

    @asynccontextmanager
    async def log_even_stopped(self) -> AsyncIterator[Log]:
        """Give the log."""
        yield self.records


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command line ended."""

    exit: Exit
    out: str
    err: str

    @property
    def document(self) -> dict[str, object]:
        """Return standard output as one JSON document."""
        return msgspec.json.decode(self.out, type=dict[str, object])

    @property
    def fault(self) -> dict[str, object]:
        """Return standard error as one JSON document."""
        return msgspec.json.decode(self.err, type=dict[str, object])


def typed(home: MemoryHome, *words: str) -> Ran:
    """Run one command line on a home in memory."""
    out, err = StringIO(), StringIO()
    actor = [] if "--as" in words else ["--as", "camille"]
    code = run([*actor, *words], open_home=lambda _settings, _stack: home, out=out, err=err)
    return Ran(exit=code, out=out.getvalue(), err=err.getvalue())
