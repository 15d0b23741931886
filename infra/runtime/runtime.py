"""Assemble one process: owner, keeper, consequences, reactors, views and the way in.

Order of stopping: nothing new comes in, what is under way is decided, states and cursors
are written down, leases are given back.  Killed instead, it loses nothing but time.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime

from engine.inputs import Lane
from engine.reactions import needs_state, person_reactions, reactions
from engine.workspace import SendingHold
from infra.log.port import Place, Record
from infra.runtime.answers import Answers
from infra.runtime.following.hand_over import Batch
from infra.runtime.following.reactors import ReactionReader, Reactors
from infra.runtime.health import RUNNING, Health
from infra.runtime.inboxes import Inboxes
from infra.runtime.owning.consequences import Consequences
from infra.runtime.owning.keeper import Keeper
from infra.runtime.owning.lanes import LaneReader
from infra.runtime.owning.owner import Owner
from infra.runtime.owning.ownership import Ownership
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.publications import Publications
from infra.runtime.partitions import WORKSPACE_PLACE
from infra.runtime.parts import Parts
from infra.runtime.waits import first_of
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

QUIET_POLL_SECONDS = 0.002

LOG = get_logger("runtime")


class Runtime:
    """Everything that acts on decisions, for one process."""

    def __init__(self, parts: Parts) -> None:
        """Put the parts together; nothing happens before `run`."""
        log = parts.log
        self._parts = parts
        self._ownership = Ownership(
            states=parts.states, partition_count=log.partition_count, wanted=parts.wanted
        )
        self.answers = Answers()
        self.inboxes = Inboxes(log, self.answers, self._appended)
        self._publications = Publications(log, self._ownership.ready.set)
        self._readers = {
            Lane.EXPRESS: LaneReader(log, self._ownership.ready.set),
            Lane.BULK: LaneReader(log, self._ownership.ready.set),
        }
        self._reactors = tuple(
            Reactors(
                reader=reader,
                log=log,
                inboxes=self.inboxes,
                state_of=self._ownership.state_of,
                generation=parts.generation,
            )
            for reader in (
                ReactionReader(reactions, parts.reactor_cursors, needs_state),
                ReactionReader(person_reactions, parts.person_cursors, lambda _: False),
            )
        )
        self._consequences = Consequences(
            parts=parts,
            ownership=self._ownership,
            answers=self.answers,
            give_up=self._drop,
        )
        self._keeper = Keeper(
            parts=parts,
            ownership=self._ownership,
            consequences=self._consequences,
            publications=self._publications,
            readers=self._readers,
            hand_over=self._hand_over,
        )
        self._owner = Owner(
            parts=parts,
            ownership=self._ownership,
            consequences=self._consequences,
            publications=self._publications,
            readers=tuple(self._readers.values()),
            hand_over=self._hand_over,
            drop=self._drop,
        )
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled or stopped; on the way out write everything down."""
        for reactors in self._reactors:
            await reactors.start(self._ownership.wanted)
        if self._parts.view_writer is not None:
            await self._parts.view_writer.start(self._ownership.wanted)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(service) for service in self._services()]
                await self._stopping.wait()
                for task in tasks:
                    task.cancel()
        finally:
            await self._write_down()

    def stop(self) -> None:
        """Let `run` end in order."""
        self._stopping.set()

    async def ready(self) -> None:
        """Return once every partition of this process runs, or is stopped by damage."""
        await self._keeper.complete()

    def now(self) -> datetime:
        """Return the instant on this process's clock."""
        return self._parts.clock.now()

    @property
    def newest_w(self) -> int:
        """Return the newest publication known here."""
        return self._publications.newest_w

    async def look_for_publications(self) -> None:
        """Make known here what was published by now.

        Raises:
            LogUnavailableError: The log did not answer.
        """
        await self._publications.look()

    def next_due(self) -> datetime | None:
        """Return when something happens by itself next; None if nothing is planned anywhere.

        Exact when `is_quiet`.
        """
        instants = (self._next_timer(), self._consequences.turns.next_at())
        return min((at for at in instants if at is not None), default=None)

    def _next_timer(self) -> datetime | None:
        due = (partition.timers.next_due() for partition in self._ownership.running.values())
        return min((at for at in due if at is not None), default=None)

    async def is_quiet(self) -> bool:
        """Return whether nothing can happen before the clock moves or something comes in.

        Raises:
            LogUnavailableError: The log did not say where its inboxes end.
        """
        if not self._is_still():
            return False
        drained = [await reader.is_drained() for reader in self._readers.values()]
        drained.append(await self._publications.is_drained())
        # Asking took time: whatever happened meanwhile shows here.
        return all(drained) and self._is_still()

    async def quiet(self) -> None:
        """Return once `is_quiet`; raises as it does."""
        # Many parts become quiet, and none can signal for all of them.
        while not await self.is_quiet():  # noqa: ASYNC110
            await asyncio.sleep(QUIET_POLL_SECONDS)

    def health(self) -> Health:
        """Return how things stand."""
        running = self._ownership.running.values()
        view_writer = self._parts.view_writer
        return Health(
            now_at=self._parts.clock.now(),
            partitions=self._ownership.snapshot(),
            views=view_writer.snapshot() if view_writer else {},
            reactors=self._standing_of_reactors(),
            waiting_count=sum(
                len(inbox.arrivals) for partition in running for inbox in partition.inboxes
            ),
            tail_count=sum(partition.tail_count for partition in running),
            late_write_count=sum(partition.skipped_count for partition in running),
            next_due_at=self.next_due(),
            due_count=self._consequences.turns.waiting_count,
            held_up=self._consequences.turns.held_up(),
            w=self._publications.newest_w,
            sending_hold=self._sending_hold(),
        )

    def _standing_of_reactors(self) -> str:
        """Return `RUNNING`, or where reactions stopped; damage stops both readers alike."""
        standings = {reactors.standing for reactors in self._reactors} - {RUNNING}
        return "; ".join(sorted(standings)) or RUNNING

    def _services(self) -> list[Coroutine[None, None, None]]:
        services = [
            *(reader.run() for reader in self._readers.values()),
            self._publications.run(),
            self._owner.run(),
            self._keeper.run(),
            self._consequences.run(),
            *(reactors.run() for reactors in self._reactors),
            self.inboxes.run(),
            self._watch_timers(),
            self._say_started(),
        ]
        if self._parts.view_writer is not None:
            services.append(self._parts.view_writer.run())
        return services

    async def _say_started(self) -> None:
        await self.ready()
        LOG.info("runtime_started", partitions=len(self._ownership.running))

    async def _watch_timers(self) -> None:
        changed = self._ownership.timers_changed
        while True:
            changed.clear()
            due_at = self._next_timer()
            if self._needs_timers() or (due_at is not None and due_at <= self._parts.clock.now()):
                self._ownership.ready.set()
                await changed.wait()
            elif due_at is None:
                await changed.wait()
            else:
                await first_of(self._parts.clock.wait_until(due_at), changed.wait())

    def _sending_hold(self) -> SendingHold | None:
        workspace = self._ownership.running.get(WORKSPACE_PLACE)
        return workspace.published.sending_hold if workspace else None

    def _needs_timers(self) -> bool:
        running = self._ownership.running.values()
        return any(partition.timers.needs_loading for partition in running)

    def _is_still(self) -> bool:
        view_writer = self._parts.view_writer
        next_due_at = self.next_due()
        return (
            self._ownership.is_complete
            and not self._ownership.ready.is_set()
            and not self._owner.is_busy
            and not any(partition.own for partition in self._ownership.running.values())
            and self._consequences.is_quiet
            and all(reactors.is_quiet for reactors in self._reactors)
            and self.inboxes.is_quiet
            and (view_writer is None or view_writer.is_quiet)
            and not self._needs_timers()
            and (next_due_at is None or next_due_at > self._parts.clock.now())
            and self._has_adopted_all()
        )

    def _has_adopted_all(self) -> bool:
        return all(
            place == WORKSPACE_PLACE or self._publications.following(partition.published.w) is None
            for place, partition in self._ownership.running.items()
        )

    def _drop(self, partition: Partition, error: Exception) -> None:
        self._keeper.drop(partition, error)

    def _hand_over(self, batch: Batch) -> None:
        for reactors in self._reactors:
            reactors.hand_over(batch)
        if self._parts.view_writer is not None:
            self._parts.view_writer.hand_over(batch)

    def _appended(self, place: Place, base: int, records: Sequence[Record]) -> None:
        for reader in self._readers.values():
            reader.offer(place, base, records)

    async def _write_down(self) -> None:
        try:
            for reactors in self._reactors:
                await reactors.keep()
        except StoreUnavailableError as error:
            LOG.warning("reactor_backed_off", kind=type(error).__name__)
        await self._keeper.stop()
        LOG.info("runtime_stopped")
