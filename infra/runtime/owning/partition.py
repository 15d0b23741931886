"""One partition as its owner holds it: position, states, timers, inboxes, own inputs."""

from collections import deque
from dataclasses import dataclass, field

from engine import rules
from engine.decision import Next
from engine.ids import WORKSPACE, InputId, StreamId
from engine.inputs import Input
from engine.rules import Stream
from engine.validity import Cursor
from engine.workspace import Workspace
from infra.log.leases import Tenure
from infra.log.port import Place
from infra.runtime.owning.lanes import Inbox
from infra.runtime.owning.state import FlushPosition
from infra.runtime.owning.streams import Streams
from infra.runtime.owning.timers import Timers
from infra.runtime.owning.touch_ports import GrantKey
from infra.runtime.partitions import number_of


@dataclass(slots=True, kw_only=True)
class Partition:
    """What an owner knows of a partition; position and states stand for valid records."""

    tenure: Tenure
    cursor: Cursor
    next: Next
    streams: Streams
    timers: Timers
    inboxes: tuple[Inbox, ...]  # express first
    own: deque[Input] = field(default_factory=deque)
    under_way: set[tuple[StreamId, InputId]] = field(default_factory=set)  # raised, not decided
    # A former owner's, by account: their timers will use them, unless a decision comes before.
    unused_grants: dict[StreamId, list[GrantKey]] = field(default_factory=dict)
    pending_stops: int = 0  # decisions whose suppression row is not written yet
    tail_count: int = 0  # decisions since the last flush
    skipped_count: int = 0
    decided_at_seconds: float = 0.0  # of the last valid decision, on the monotonic clock

    @property
    def place(self) -> Place:
        """Return which partition this is."""
        return self.tenure.place

    @property
    def number(self) -> int:
        """Return the number that rows and hand-over use for it."""
        return number_of(self.place)

    @property
    def published(self) -> Workspace:
        """Return what the partition has adopted, up to its last valid decision."""
        stream = self.streams.get(WORKSPACE)
        state = stream.state if stream else Workspace()
        return state if isinstance(state, Workspace) else Workspace()

    @property
    def position(self) -> FlushPosition:
        """Return what a flush of the present states stands for."""
        return FlushPosition(self.cursor, self.next, self.published.w)

    def raise_own(self, item: Input) -> bool:
        """Queue an own input; False if the same is under way or was decided before."""
        key = (item.stream, item.id)
        if key in self.under_way or self.was_decided(item.stream, item.id):
            return False
        self.under_way.add(key)
        self.own.append(item)
        return True

    def was_decided(self, stream: StreamId, input_id: InputId) -> bool:
        """Whether a state in memory remembers this input."""
        held = self.streams.get(stream)
        return held is not None and rules.recalled(held, input_id, held.at) is not None

    def stream(self, stream: StreamId) -> Stream:
        """Return a loaded state.

        Raises:
            KeyError: It was not loaded; to take it for a new stream would be damage.
        """
        held = self.streams.get(stream)
        if held is None:
            raise KeyError(stream)
        return held
