"""What tests of the log do again and again, on any adapter."""

from collections.abc import Sequence

import pytest
from _pytest.mark import ParameterSet

from infra.log.port import Append, Log, Place, Record, Span, StoredRecord, Topic
from tests.contracts.logs import MAKERS

EVENTS = Place(Topic.EVENTS, 0)
OTHER_EVENTS = Place(Topic.EVENTS, 1)
EXPRESS = Place(Topic.EXPRESS, 2)
BULK = Place(Topic.BULK, 2)
WORKSPACE = Place(Topic.WORKSPACE, 0)
QUARANTINE = Place(Topic.QUARANTINE, 3)
EVERYTHING = 100_000_000
DEADLINE_SECONDS = 10


def adapters(*names: str) -> list[ParameterSet]:
    """Return the adapters of these names, marked if they need a server."""
    return [
        pytest.param(name, marks=[pytest.mark.connected] if MAKERS[name].needs else [], id=name)
        for name in names
    ]


def numbered(first: int, last: int) -> list[Record]:
    """Return records whose values name them, from `first` to before `last`."""
    return [Record(b"account:%d" % (n % 3), b"value %d" % n) for n in range(first, last)]


async def append(
    log: Log, place: Place, records: Sequence[Record], epoch: int | None = None
) -> int:
    """Append one unit; return its first offset."""
    (base,) = await log.append([Append(place, records, epoch)])
    return base


async def read_all(log: Log, place: Place, offset: int = 0) -> list[StoredRecord]:
    """Return every record from `offset` on, by as many reads as it takes."""
    found: list[StoredRecord] = []
    while records := await log.read(place, offset, bytes_max=EVERYTHING):
        found.extend(records)
        offset = records[-1].offset + 1
    return found


async def span_of(log: Log, place: Place) -> Span:
    """Return the span of one place."""
    return (await log.spans([place]))[place]
