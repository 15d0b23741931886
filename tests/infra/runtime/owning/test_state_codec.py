"""Stored states: what comes back is what was written, and only by those who can read it."""

import gc
import subprocess
import sys
from collections.abc import Iterable
from enum import Enum
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct
from msgspec.structs import asdict, replace

from engine import rules
from engine.errors import WireDamageError
from engine.ids import StreamId
from engine.rules import Stream
from infra.runtime.owning.state_codec import SCHEMA, ZSTD, decode_state, encode_state
from tests.engine.account.story import HEAD, NIORT, Story


@pytest.mark.parametrize(
    ("stream", "state"),
    [
        (NIORT, Story().enrolled(HEAD).stream),
        (StreamId("campaign:education"), rules.new(StreamId("campaign:education"))),
        (StreamId("contact_point:tag1"), rules.new(StreamId("contact_point:tag1"))),
        (StreamId("workspace"), replace(Story().stream, state=Story().published)),
    ],
)
def test_every_kind_comes_back_as_it_was(stream: StreamId, state: Stream) -> None:
    """A recovery goes on from exactly what was flushed."""
    codec, data = encode_state(state)

    assert decode_state(stream, state.seq, codec, data) == state


def test_bytes_of_another_shape_are_damage() -> None:
    """A row that decodes to something else would decide wrongly, silently."""
    with pytest.raises(WireDamageError, match="the state of account:"):
        decode_state(NIORT, 1, ZSTD, b"no zstd")


def test_the_schema_number_is_the_same_in_every_process() -> None:
    """Otherwise each start would fold the whole log again."""
    script = "from infra.runtime.owning.state_codec import SCHEMA; print(SCHEMA)"
    told = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": "7"},
    )

    assert int(told.stdout) == SCHEMA


def test_a_state_is_hardly_anything_to_the_garbage_collector() -> None:
    """Fifty thousand of them in memory would keep the loop for half a second at each walk."""
    codec, data = encode_state(Story().enrolled(HEAD).stream)
    state = decode_state(NIORT, 1, codec, data)
    gc.collect()

    assert [value for value in _parts(state) if gc.is_tracked(value)] == [state.ids]


def _parts(value: object) -> list[object]:
    """Return a value and everything in it, whatever is shared by all values left out."""
    if isinstance(value, type | ZoneInfo | Enum):
        return []
    return [value, *(part for held in _held(value) for part in _parts(held))]


def _held(value: object) -> Iterable[object]:
    if isinstance(value, Struct):
        return asdict(value).values()
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, tuple | frozenset) else ()
