"""Bytes in and out of the log: one codec, versions lifted on the way in.

JSON, so that a record can be read in a broker's console in ten years.  Old event and
request classes stay in their unions for ever; `LIFTED` turns each into its successor.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
from msgspec import Raw

from engine.decision import Body, Events, LogRecord, Outcome
from engine.errors import WireDamageError
from engine.events import Event
from engine.inputs import INPUT_BYTES_MAX, Input

T = TypeVar("T")

Upcasters = Mapping[type, Callable[[Event], Event]]

LIFTED: Upcasters = {}

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What bytes of any kind can raise: 64 KiB of brackets nest deeper than Python counts."""

# The one character that PostgreSQL's texts cannot hold, as JSON must write it.  A text that
# spells these six characters out is refused with it: to tell them apart costs every input.
_NUL = re.compile(rb"\\u0000")
_QUOTED = re.compile(r"'[^']*'")
_ENCODER = msgspec.json.Encoder()
_INPUT: msgspec.json.Decoder[Input] = msgspec.json.Decoder(Input)
_BODY: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)
_RECORD: msgspec.json.Decoder[LogRecord] = msgspec.json.Decoder(LogRecord)


def encode_input(item: Input) -> bytes:
    """Return the wire form of an input.

    Raises:
        WireDamageError: It is longer than `INPUT_BYTES_MAX`.
    """
    data = _ENCODER.encode(item)
    if len(data) > INPUT_BYTES_MAX:
        msg = "an input of at most 64 KiB"
        raise WireDamageError(msg, f"{len(data)} bytes")
    return data


def decode_input(data: bytes | Raw) -> Input:
    """Return an input, or raise `WireDamageError`: the caller quarantines it."""
    return decoded(data, _INPUT)


def decoded(data: bytes | Raw, decoder: "msgspec.json.Decoder[T]") -> T:
    """Return what bytes from outside hold, by the rules of an input's texts.

    Raises:
        WireDamageError: They do not decode; it names the path, never a value.
    """
    msg = "an input"
    if _NUL.search(data):
        raise WireDamageError(msg, "a NUL in a text")
    try:
        return decoder.decode(data)
    except UNREADABLE as error:
        raise WireDamageError(msg, _without_values(error)) from None


def encode_body(body: Body) -> Raw:
    """Return the wire form of a body: the leaf that proofs are made of."""
    return Raw(_ENCODER.encode(body))


def decode_body(data: bytes | Raw, upcasters: Upcasters = LIFTED) -> Body:
    """Return a body with its events lifted to the current classes."""
    try:
        body = _BODY.decode(data)
    except UNREADABLE as error:
        msg = "a decision's body"
        raise WireDamageError(msg, _without_values(error)) from None
    if not upcasters:
        return body
    return msgspec.structs.replace(body, outcome=lift(body.outcome, upcasters))


def decode_body_and_input(data: bytes | Raw) -> tuple[Body, Input | None]:
    """Return a body with its input; None for one that does not decode."""
    body = decode_body(data)
    try:
        return body, decode_input(body.input)
    except WireDamageError:
        return body, None


def encode_record(record: LogRecord) -> bytes:
    """Return the wire form of a log record."""
    return _ENCODER.encode(record)


def decode_record(data: bytes) -> LogRecord:
    """Return a log record; a decision's body stays bytes."""
    try:
        return _RECORD.decode(data)
    except UNREADABLE as error:
        msg = "a log record"
        raise WireDamageError(msg, _without_values(error)) from None


def lift(outcome: Outcome, upcasters: Upcasters = LIFTED) -> Outcome:
    """Return the outcome with each event of an old class turned into its successor."""
    if not isinstance(outcome, Events):
        return outcome
    return Events(events=tuple(_lift_event(event, upcasters) for event in outcome.events))


def _lift_event(event: Event, upcasters: Upcasters) -> Event:
    while upcast := upcasters.get(type(event)):
        event = upcast(event)
    return event


def _without_values(error: Exception) -> str:
    """Return the kind of fault and its path, never a value of the bytes."""
    if not isinstance(error, msgspec.ValidationError):
        return "malformed"
    return _QUOTED.sub("a value", str(error).split(", got", 1)[0])
