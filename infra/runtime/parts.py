"""The adapters that one process works with, and the partitions it should own."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.clock import Clock
from infra.log.leases import Leases
from infra.log.port import Log, Place
from infra.runtime.following.cursors import Cursors
from infra.runtime.following.view_writer import ViewWriter
from infra.runtime.owning.state import StateStore
from infra.runtime.owning.touch_ports import TouchPorts
from infra.runtime.partitions import homes

STATES_HELD_MAX = 50_000  # unchanged states kept in memory, over all partitions


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a runtime is put together from."""

    log: Log
    leases: Leases
    states: StateStore
    reactor_cursors: Cursors
    person_cursors: Cursors  # of the reader that tells the streams of persons
    clock: Clock
    touch_ports: TouchPorts
    generation: int
    holder: str  # names this process, uniquely
    view_writer: ViewWriter | None = None  # None: nobody looks (tests, benches of the core)
    places: Sequence[Place] | None = None  # None: every partition
    code_version: str = ""
    force_leases: bool = False  # only for whoever holds the home's lock: the former is dead

    @property
    def wanted(self) -> tuple[Place, ...]:
        """Return which partitions this process should own."""
        return tuple(self.places or homes(self.log.partition_count))

    @property
    def held_max(self) -> int:
        """Return how many unchanged states each of its partitions keeps in memory."""
        return max(1, STATES_HELD_MAX // len(self.wanted))
