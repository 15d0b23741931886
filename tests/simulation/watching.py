"""Look at what servers hold: the log at every step, and everything when all is at rest."""

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Raw

from engine import rules
from engine.account import Account
from engine.decision import Events, PlacedDecision, Repeated
from engine.errors import WireDamageError
from engine.ids import WORKSPACE, StreamId, name_of
from engine.inputs import Input
from engine.reactions import reactions
from engine.requests import Adopt, RecordObjection, RecordPersonObjection
from engine.rules import Stream
from engine.suppressing import person_name
from engine.validity import Cursor
from engine.workspace import Workspace
from infra.log.port import Place
from infra.runtime.answers import Answer
from infra.runtime.errors import PlaceDamageError
from infra.runtime.partitions import homes, place_of
from infra.runtime.reading import judge_all
from tests.simulation.mail import CONVERSATIONS_MAX
from tests.simulation.promises import BrokenError, Promise, need
from tests.simulation.servers import Servers
from tests.simulation.touching import Touching, open_attempts
from tests.simulation.virtual_loop import at_once

if TYPE_CHECKING:
    from tests.simulation.world import World

ALL_BYTES = 2**40


class Watcher:
    """Reads every partition of decisions as the validity rule tells."""

    def __init__(self, servers: Servers, *, generation: int) -> None:
        self._servers = servers
        places = homes(servers.log.partition_count)
        self._cursors = {place: Cursor(generation=generation) for place in places}
        self.valid: dict[Place, list[PlacedDecision]] = {place: [] for place in places}

    def look(self, now: datetime) -> None:
        """Judge what the log has got since the last look."""
        for place, cursor in self._cursors.items():
            if self._servers.log.end(place) == cursor.offset:
                continue
            records = at_once(self._servers.log.read(place, cursor.offset, bytes_max=ALL_BYTES))
            try:
                read = judge_all(place, cursor, records)
                placed = read.placed(place)
            except (PlaceDamageError, WireDamageError) as error:
                raise BrokenError(Promise.LOG, error) from error
            self._cursors[place] = read.after
            self.valid[place].extend(placed)
            latest_at = max((decided.body.at for decided in placed), default=now)
            need(latest_at <= now, Promise.PRESENT, (place, latest_at, now))

    def finish(self, world: "World") -> None:
        """Check everything that must hold when the world is at rest."""
        once = self._decided_once(world)
        self._acknowledged(world)
        folded = {place: self._folded(place) for place in self.valid}
        self._reactions(once, folded)
        self._views()
        self._touches(world, folded)
        self._timers(world, folded)
        self._standing(world)

    def _decided_once(self, world: "World") -> dict[tuple[StreamId, str], PlacedDecision]:
        once: dict[tuple[StreamId, str], PlacedDecision] = {}
        for place, decided in self.valid.items():
            for placed in decided:
                item = placed.input
                assert item is not None
                if isinstance(placed.body.outcome, Repeated):
                    continue
                key = (item.stream, item.id)
                if isinstance(item.request, Adopt):
                    key = (StreamId(f"{place.partition}/{item.stream}"), item.id)
                need(key not in once, Promise.ONCE, key)
                once[key] = placed
        for item in world.asked.values():
            need((item.stream, item.id) in once, Promise.NOTHING_LOST, (item.stream, item.id))
        return once

    def _acknowledged(self, world: "World") -> None:
        for answer in world.acknowledged.values():
            body = self.valid[place_of(answer.partition)][answer.seq - 1].body
            need(
                (body.stream, body.version, body.outcome)
                == (answer.stream, answer.version, answer.outcome),
                Promise.ANSWER,
                answer,
            )

    def _folded(self, place: Place) -> dict[StreamId, Stream]:
        """Decide everything again, one after the other: the same bodies, the same states."""
        streams: dict[StreamId, Stream] = {}
        for placed in self.valid[place]:
            body, item = placed.body, placed.input
            assert item is not None
            before = streams.get(body.stream) or rules.new(body.stream)
            if not isinstance(item.request, Adopt):
                published = streams[WORKSPACE].state if WORKSPACE in streams else Workspace()
                assert isinstance(published, Workspace)
                expected = rules.decide(before, published, item, Raw(bytes(body.input)))
                need(expected == body, Promise.RULES, (place, placed.seq))
            streams[body.stream] = rules.evolve(before, body, item.id, placed.seq)
        return streams

    def _reactions(
        self,
        once: dict[tuple[StreamId, str], PlacedDecision],
        folded: dict[Place, dict[StreamId, Stream]],
    ) -> None:
        for place, decided in self.valid.items():
            for placed in decided:
                if not isinstance(placed.body.outcome, Events):
                    continue
                stream = folded[place].get(placed.body.stream)
                state = stream.state if stream else None
                for item in reactions(placed.body, placed.input, state):
                    need(
                        (item.stream, item.id) in once,
                        Promise.REACTION,
                        (place, placed.seq, type(item.request).__name__, item.stream),
                    )

    def answered(self, item: Input, answer: Answer) -> None:
        """Check what must hold as soon as somebody is answered."""
        match item.request:
            case RecordObjection():
                name = name_of(item.stream)
            case RecordPersonObjection():
                name = person_name(name_of(item.stream))
            case _:
                return
        need(name in self._servers.touching.stopped, Promise.STOP, answer)
        self._servers.mail.stopped(name, answer.in_flight)

    def killed(self, touching: Touching) -> None:
        """Check that a process that was killed leaves little in doubt."""
        left = [
            key
            for key, row in self._servers.touching.rows.items()
            if row.process == touching.process
            and row.settlement is None
            and key not in touching.doubts
        ]
        need(len(left) <= CONVERSATIONS_MAX, Promise.IN_DOUBT, left)

    def _touches(self, world: "World", folded: dict[Place, dict[StreamId, Stream]]) -> None:
        streams = {name: each for streams in folded.values() for name, each in streams.items()}
        tables = self._servers.touching
        for name, stream in streams.items():
            left = list(open_attempts(name, stream))
            need(not left, Promise.OUTCOME, left)
            late = rules.due(stream, world.clock.now())
            need(not late, Promise.FORGOTTEN, (name, late))
        need(tables.rows.keys() <= tables.grants.keys(), Promise.OUTCOME, tables.rows)
        without = [key for key, row in tables.rows.items() if row.settlement is None]
        need(not without, Promise.OUTCOME, without)
        for key, grant in tables.grants.items():
            state = streams[key.stream].state
            touch = state.touches.get(key.touch) if isinstance(state, Account) else None
            is_ahead = touch is not None and touch.attempt == key.attempt
            need(grant.is_used or is_ahead, Promise.GRANT, key)

    def _views(self) -> None:
        for place, decided in self.valid.items():
            stands = self._servers.view.cursors[place].seq
            need(stands == len(decided), Promise.VIEW_AT_END, (place, stands, len(decided)))

    @staticmethod
    def _timers(world: "World", folded: dict[Place, dict[StreamId, Stream]]) -> None:
        due = [rules.due_at(stream) for streams in folded.values() for stream in streams.values()]
        instants = [one for one in due if one is not None]
        running = world.slots[0]
        assert running is not None
        armed = running.runtime.next_due()
        need(
            armed == (min(instants) if instants else None),
            Promise.TIMER,
            (armed, min(instants, default=None)),
        )

    @staticmethod
    def _standing(world: "World") -> None:
        running = world.slots[0]
        assert running is not None
        health = running.runtime.health()
        standing = {*health.partitions.values(), *health.views.values(), health.reactors}
        need(standing == {"running"}, Promise.RUNNING, standing)
