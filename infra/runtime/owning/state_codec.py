"""Turn the state of a stream into bytes and back, and number the shape they have.

A row is read only by code whose state types are those that wrote it: `SCHEMA` is part
of its key, and other code builds its own rows from the log.
"""

import hashlib
from datetime import datetime

import msgspec
import zstandard
from msgspec import Raw, Struct

from engine.account import Account
from engine.campaign_state import Campaign
from engine.contact_point import ContactPointState
from engine.errors import WireDamageError
from engine.growing import whole
from engine.ids import InputId, StreamId, StreamKind, kind_of
from engine.person import PersonState
from engine.rules import PriorOutcome, State, Stream
from engine.workspace import Workspace

EDITION = 1
"""Raised when a fold changes what it makes of old events while the types stay."""

PLAIN, ZSTD = 0, 1
COMPRESSED_FROM_BYTES = 512
STATE_BYTES_MAX = 256 * 1024 * 1024  # bounds what a damaged row can make us allocate

STATES: dict[StreamKind, type[State]] = {
    StreamKind.ACCOUNT: Account,
    StreamKind.CAMPAIGN: Campaign,
    StreamKind.CONTACT_POINT: ContactPointState,
    StreamKind.PERSON: PersonState,
    StreamKind.WORKSPACE: Workspace,
    StreamKind.BATCH: Workspace,
}


class _StateRecord(Struct, frozen=True, array_like=True):
    """What is stored of a `Stream`; its `seq` stands in a column."""

    version: int
    at: datetime
    ids: dict[InputId, PriorOutcome]
    state: Raw


_ENCODER = msgspec.msgpack.Encoder()
_STATE_RECORD = msgspec.msgpack.Decoder(_StateRecord)
_STATE: dict[StreamKind, msgspec.msgpack.Decoder[State]] = {
    kind: msgspec.msgpack.Decoder(state) for kind, state in STATES.items()
}
_COMPRESSOR = zstandard.ZstdCompressor(level=1)
_DECOMPRESSOR = zstandard.ZstdDecompressor()


def encode_state(stream: Stream) -> tuple[int, bytes]:
    """Return the codec and the bytes of a stream's state."""
    state = Raw(_ENCODER.encode(stream.state))
    data = _ENCODER.encode(_StateRecord(stream.version, stream.at, dict(whole(stream.ids)), state))
    if len(data) < COMPRESSED_FROM_BYTES:
        return PLAIN, data
    return ZSTD, _COMPRESSOR.compress(data)


def decode_state(stream: StreamId, seq: int, codec: int, data: bytes) -> Stream:
    """Return the state that `encode_state` was given.

    Raises:
        WireDamageError: The row was not written by these types.
    """
    try:
        plain = data if codec == PLAIN else _decompressed(data)
        kept = _STATE_RECORD.decode(plain)
        state = _STATE[kind_of(stream)].decode(kept.state)
    except (msgspec.DecodeError, zstandard.ZstdError, ValueError) as error:
        what = f"the state of {stream}"
        raise WireDamageError(what, type(error).__name__) from None
    ids = (kept.ids,) if kept.ids else ()
    return Stream(state=state, version=kept.version, at=kept.at, seq=seq, ids=ids)


def _decompressed(data: bytes) -> bytes:
    return _DECOMPRESSOR.decompress(data, max_output_size=STATE_BYTES_MAX)


def _schema() -> int:
    """Return a number, stable between processes, that changes with the state types."""
    _, components = msgspec.json.schema_components(
        [*dict.fromkeys(STATES.values()), PriorOutcome], ref_template="{name}"
    )
    shape = msgspec.json.encode(_without_words(components), order="deterministic")
    digest = hashlib.sha256(b"%d:%b" % (EDITION, shape)).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _without_words(shape: object) -> object:
    """Return a JSON schema without its docstrings: they may change freely."""
    if isinstance(shape, dict):
        return {
            key: _without_words(value)
            for key, value in shape.items()
            if not (key == "description" and isinstance(value, str))
        }
    if isinstance(shape, list):
        return [_without_words(value) for value in shape]
    return shape


SCHEMA = _schema()
"""The number of the state types of this code."""
