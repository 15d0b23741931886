"""Names of streams, inputs and what lives inside a stream."""

from enum import StrEnum
from typing import Annotated, NewType

from msgspec import Meta

NAME_LENGTH_MAX = 200
"""Characters of a name: views keep names in indexes, and a page of those holds 2,700 bytes."""

Name = Annotated[str, Meta(max_length=NAME_LENGTH_MAX)]
"""Text that finds something again: who, where, which; checked where an input is decoded."""

Number = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
"""A whole number that the columns of views hold; checked where an input is decoded."""

InputId = NewType("InputId", str)
StreamId = NewType("StreamId", str)


class StreamKind(StrEnum):
    """The six kinds of stream; the kind is the first part of a stream's name."""

    WORKSPACE = "workspace"
    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    CONTACT_POINT = "contact_point"
    PERSON = "person"
    BATCH = "batch"


WORKSPACE = StreamId("workspace")
"""The one workspace stream; in another partition's log, what that partition adopted of it."""

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_MASK = 0xFFFFFFFF


def stream_id(kind: StreamKind, name: str) -> StreamId:
    """Return the name of a stream, such as `account:217901911`."""
    return StreamId(f"{kind.value}:{name}")


def kind_of(stream: StreamId) -> StreamKind:
    """Return the kind in a stream's name; raise `ValueError` for a name of no kind.

    A name that no table can hold is of no kind: it is too long, or has a NUL in it.
    """
    if len(stream) > NAME_LENGTH_MAX or "\0" in stream:
        raise ValueError(NAME_LENGTH_MAX)
    return StreamKind(stream.partition(":")[0])


def name_of(stream: StreamId) -> str:
    """Return what follows the kind; empty for the workspace."""
    return stream.partition(":")[2]


def touch_id(account: str, number: int) -> str:
    """Return the outside name of a touch: `T-217901911-4`."""
    return f"T-{account}-{number}"


def task_id(owner: str, number: int) -> str:
    """Return the outside name of a task of an account or a campaign: `K-217901911-2`."""
    return f"K-{owner}-{number}"


def partition_of(stream: StreamId, partition_count: int) -> int:
    """Return the partition of a stream, from 0 to `partition_count - 1`.

    Frozen: a stream's history stays where this put it.

    Source:
        murmur2 with the seed and the positive mask that Kafka's own clients use, so
        that a reader with a standard client computes the same partition.

    Examples:
        >>> partition_of(StreamId("account:217901911"), 16)
        10
    """
    return (_murmur2(stream.encode()) & 0x7FFFFFFF) % partition_count


def _murmur2(data: bytes) -> int:
    length = len(data)
    value = _SEED ^ length
    whole = length & ~3
    for start in range(0, whole, 4):
        block = int.from_bytes(data[start : start + 4], "little") * _MULTIPLIER & _MASK
        block = (block ^ block >> 24) * _MULTIPLIER & _MASK
        value = (value * _MULTIPLIER & _MASK) ^ block
    if whole < length:
        value = (value ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    value = (value ^ value >> 13) * _MULTIPLIER & _MASK
    return value ^ value >> 15
