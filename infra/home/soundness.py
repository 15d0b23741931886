"""Read a home's log before anything is written to it: what is damaged does not start.

Owners read only what their states do not hold yet, and append a marker first.  Damage
found here is found before that, so nothing was changed (docs/decisions/0100).
"""

from engine.errors import DamageError
from engine.inputs import Lane
from engine.validity import Cursor
from infra.home.errors import StreamsDamagedError
from infra.log.errors import LogDamageError
from infra.log.port import Log, Place
from infra.runtime.errors import PlaceDamageError
from infra.runtime.owning.postgres_states import PostgresStates
from infra.runtime.partitions import homes, inbox_of
from infra.runtime.reading import READ_BYTES_MAX, read_valid

READ_WHOLE_MAX = 10_000
"""Records of a partition that a start reads again (0.3 s); `relance log verify` reads all."""


async def check_sound(log: Log, states: PostgresStates, *, generation: int) -> None:
    """Read every partition: whole while it is short, else what no flush has passed.

    Raises:
        StreamsDamagedError: Some do not read; names each with its first damage.
    """
    reasons: dict[str, str] = {}
    for place in homes(log.partition_count):
        try:
            await _read_decisions(log, states, place, generation)
            for inbox in {inbox_of(place, lane) for lane in (Lane.EXPRESS, Lane.BULK)}:
                await _read_inbox(log, inbox)
        except (PlaceDamageError, LogDamageError, DamageError) as error:
            reasons[f"{place.topic}/{place.partition}"] = str(error)
    if reasons:
        raise StreamsDamagedError(reasons)


async def _read_decisions(log: Log, states: PostgresStates, place: Place, generation: int) -> None:
    cursor = Cursor(generation=generation)
    end = (await log.spans([place]))[place].end
    if end > READ_WHOLE_MAX:
        cursor = await states.furthest(place) or cursor
    async for _ in read_valid(log, place, cursor):
        pass


async def _read_inbox(log: Log, place: Place) -> None:
    span = (await log.spans([place]))[place]
    offset = span.first
    while offset < span.end:
        records = await log.read(place, offset, bytes_max=READ_BYTES_MAX)
        if not records:
            return
        offset = records[-1].offset + 1
