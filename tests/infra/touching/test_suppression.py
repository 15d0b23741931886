"""An objection binds every account that knows the address, however it races with sends."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from msgspec.structs import replace

from engine.decision import Nothing, Refused
from engine.ids import StreamId, touch_id
from engine.refusals import RefusalCode
from engine.requests import AttemptTouch, RecordIncoming
from engine.suppressing import is_stop
from infra.mail.message_id import parse_message_id
from infra.mail.sender import NotSent, NotSentReason, Outgoing, SendOutcome, Sent
from infra.store.dsn import Dsn
from infra.store.pool import Pool
from infra.vault.key_vault import KeyVault
from tests.infra.touching import examples
from tests.infra.touching.acting import working
from tests.infra.touching.examples import NIORT, POITIERS, TENURE, objected
from tests.infra.touching.stage import STATIONERY, Stage, process

pytestmark = pytest.mark.connected

Happening = tuple[str, frozenset[str]]

RACES = 160
AT_ONCE = 8
LONG_SHARE = 0.15


@dataclass(slots=True)
class Recorder:
    """A sender that notes the instant of each DATA among other happenings."""

    chance: random.Random
    happenings: defaultdict[int, list[Happening]] = field(default_factory=lambda: defaultdict(list))

    conversations_max = 256

    async def send(self, message: Outgoing) -> SendOutcome:
        """Take a message after a while; see `infra.mail.sender.Sender`."""
        await linger(self.chance)
        if message.is_past_deadline():
            return NotSent(reason=NotSentReason.DEADLINE)
        named = parse_message_id(message.message_id, secret=STATIONERY.message_id_secret)
        assert named is not None
        touch = frozenset({touch_id(named.account, named.touch)})
        self.happenings[named.attempt].append(("data", touch))
        await linger(self.chance)
        return Sent(queue_id="")

    async def close(self) -> None:
        """Nothing is open."""


async def linger(chance: random.Random) -> None:
    """Let others go first: mostly for an instant, sometimes for up to thirty milliseconds."""
    is_long = chance.random() < LONG_SHARE
    await stand_aside(chance.random() * 0.03 if is_long else 0)


async def stand_aside(seconds: float) -> None:
    """Let others go first: nothing is waited for, the schedule alone is shaken."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()


async def race(stage: Stage, vault: KeyVault, recorder: Recorder, number: int) -> int:
    """Let two accounts send to one address while it objects; return how many attempted."""
    address = f"n{number}@ville.example"
    box = examples.published(
        await examples.mailbox(vault, per_day_max=10_000, per_domain_max=10_000)
    )

    async def send(stream: StreamId) -> int:
        person = f"p-{number}-{stream}"
        position = await examples.position(vault, person=person, address=address)
        # Known for two people: neither account has to wait for the other.
        shared = tuple(replace(point, is_shared=True) for point in position.points)
        touch = examples.touch(person=person, attempt=number)
        state = examples.account({person: replace(position, points=shared)}, touch)
        await linger(recorder.chance)
        asked = examples.wanted(state, box, stream=stream, attempt=number)
        (answer,) = await stage.gate.grant([asked])
        await linger(recorder.chance)
        is_granted = isinstance(answer, AttemptTouch) and answer.grant is not None
        if is_granted:
            placed = examples.attempted(stream, attempt=number)
            stage.dispatcher.attempted(TENURE, placed, state, box)
        return int(is_granted)

    async def stop() -> None:
        await stand_aside(recorder.chance.random() * 0.15)
        listed = await stage.suppression.before_answer(objected(examples.tag_of(address)))
        recorder.happenings[number].append(("acknowledged", frozenset(listed)))

    first, second, _ = await asyncio.gather(send(NIORT), send(POITIERS), stop())
    return first + second


def unlisted(happenings: list[Happening]) -> set[str]:
    """Return the touches sent after the acknowledgement without being in its list."""
    at = next(index for index, (what, _) in enumerate(happenings) if what == "acknowledged")
    _, listed = happenings[at]
    return {name for _, names in happenings[at + 1 :] for name in names} - listed


class LingeringConnection(asyncpg.Connection):
    """A connection that lets others go first around each statement."""

    chance = random.Random(7)

    async def execute(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401  (the driver's)
        """Execute, with pauses."""
        await linger(self.chance)
        answer = await super().execute(*args, **options)
        await linger(self.chance)
        return answer

    async def fetch(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401  (the driver's)
        """Fetch, with pauses."""
        await linger(self.chance)
        rows = await super().fetch(*args, **options)
        await linger(self.chance)
        return rows


@pytest_asyncio.fixture
async def lingering_pool(database: Dsn, pool: Pool) -> AsyncIterator[Pool]:
    """Return connections on which every statement takes a while, to widen the races."""
    del pool  # it owns the partition
    opened = await asyncpg.create_pool(
        **database.connect_arguments(), connection_class=LingeringConnection, min_size=4, max_size=8
    )
    yield opened
    await opened.close()


class TestObjection:
    async def test_lets_nothing_follow_but_what_its_answer_lists(
        self, pool: Pool, lingering_pool: Pool, vault: KeyVault
    ) -> None:
        """The acknowledgement is a promise to a person, in every account at once."""
        recorder = Recorder(random.Random(11))
        stage = await process(lingering_pool, vault, recorder, gate_pool=pool)
        attempts_count = 0

        async with working(stage):
            for first in range(1, RACES, AT_ONCE):
                races = [race(stage, vault, recorder, first + n) for n in range(AT_ONCE)]
                attempts_count += sum(await asyncio.gather(*races))
            await stage.reports.wait_for(attempts_count)

        followed = {number: unlisted(seen) for number, seen in recorder.happenings.items()}
        orders = {tuple(what for what, _ in seen) for seen in recorder.happenings.values()}
        assert {number: what for number, what in followed.items() if what} == {}
        # A race that always ends the same way shows nothing.
        assert len(orders) > 2


class TestOtherDecisions:
    def test_state_no_stop(self) -> None:
        """A refusal promises nothing, and an incoming message stops nobody."""
        stream = objected("t").body.stream
        refused = objected("t", Refused(code=RefusalCode.WRONG_STREAM))
        incoming = examples.placed(stream, RecordIncoming(), Nothing())

        assert not is_stop(refused)
        assert not is_stop(incoming)
        assert not is_stop(examples.attempted())
