"""Frames: what goes in comes out, within their size; what is damaged is noticed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.log.frames import (
    CODEC_MSGPACK_ZSTD,
    FRAME_BYTES_MAX,
    NO_DICTIONARY,
    Frame,
    FrameCodec,
    FrameError,
)
from infra.log.port import Record

RECORDS = st.lists(st.builds(Record, st.binary(max_size=20), st.binary(max_size=200)), min_size=1)
PAYLOAD_BYTES_MAX = 256 * 1024


def unpack(frame: Frame) -> list[tuple[bytes, bytes]]:
    """Read a frame as it was written."""
    return FrameCodec().unpack(
        frame.payload,
        codec=CODEC_MSGPACK_ZSTD,
        dictionary=NO_DICTIONARY,
        record_count=frame.record_count,
    )


@given(RECORDS)
def test_frames_hold_all_records_in_order(records: list[Record]) -> None:
    """Bytes are the truth, whatever they are."""
    frames = FrameCodec().pack(records)

    assert [pair for frame in frames for pair in unpack(frame)] == records


def test_a_large_append_becomes_frames_of_limited_size() -> None:
    """A reader of one record must not decompress megabytes."""
    noise = random.Random(1)
    records = [Record(b"k", noise.randbytes(30_000)) for _ in range(40)]

    frames = FrameCodec().pack(records)

    assert [frame.first_index for frame in frames] == [0, 8, 16, 24, 32]
    assert max(len(frame.payload) for frame in frames) <= PAYLOAD_BYTES_MAX


def test_a_record_above_the_limit_has_a_frame_of_its_own() -> None:
    """It cannot be cut, and must not drag others with it."""
    small, large = Record(b"k", b"v"), Record(b"k", bytes(FRAME_BYTES_MAX))

    frames = FrameCodec().pack([small, large, small])

    assert [frame.record_count for frame in frames] == [1, 1, 1]


@given(RECORDS, st.data())
def test_any_changed_byte_is_noticed(records: list[Record], data: st.DataObject) -> None:
    """A bit that flips on disk is damage, never another decision."""
    frame = FrameCodec().pack(records)[0]
    index = data.draw(st.integers(0, len(frame.payload) - 1))
    flipped = frame.payload[index] ^ data.draw(st.integers(1, 255))
    damaged = frame.payload[:index] + bytes([flipped]) + frame.payload[index + 1 :]

    try:
        pairs = unpack(frame._replace(payload=damaged))
    except FrameError:
        return
    # zstd has bits that mean nothing; the checksum covers what comes out.
    assert pairs == [tuple(record) for record in records][: frame.record_count]


@pytest.mark.parametrize(
    ("codec", "dictionary", "record_count", "found"),
    [
        (2, 0, 1, "codec 2"),
        (1, 7, 1, "dictionary 7"),
        (1, 0, 2, "1 records where 2 were written"),
    ],
)
def test_a_frame_of_another_kind_is_refused(
    codec: int, dictionary: int, record_count: int, found: str
) -> None:
    """A newer version's frame must stop us, not be guessed at."""
    (frame,) = FrameCodec().pack([Record(b"k", b"v")])

    with pytest.raises(FrameError, match=found):
        FrameCodec().unpack(
            frame.payload, codec=codec, dictionary=dictionary, record_count=record_count
        )
