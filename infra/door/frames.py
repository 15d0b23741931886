"""What is said through the door: frames of a length and a JSON document.

Only this machine's user reaches the socket, and both ends are of one installation: the
form may change with a release, the version in each greeting says so.
"""

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Raw, Struct

from engine.inputs import Lane
from engine.wire import UNREADABLE
from infra.door.bounds import FRAME_BYTES_MAX, LARGE_BYTES, READ_SECONDS, TELLING_BYTES_MAX
from infra.runtime.answers import Answer
from infra.runtime.errors import DoorError, Expectation
from infra.runtime.health import Health

SOCKET_NAME = "door"
FORM = 2  # requests alone come in; the door says who and when
LENGTH_BYTES = 4
CLOSED = "the connection was closed"


class Ask(Struct, frozen=True, tag="ask"):
    """Append what these `CallerInput`s ask for, and wait for the decisions."""

    inputs: tuple[Raw, ...]
    lane: Lane = Lane.EXPRESS
    within_seconds: float = 5.0
    form: int = FORM


class AskHealth(Struct, frozen=True, tag="ask_health"):
    """Ask how things stand."""

    form: int = FORM


class AskQuiet(Struct, frozen=True, tag="ask_quiet"):
    """Wait until nothing can happen before the clock moves or something comes in."""

    within_seconds: float
    form: int = FORM


class TellAnswers(Struct, frozen=True, tag="answered"):
    """An answer per input, in order; None: no decision in time, ask again with the same id."""

    answers: tuple[Answer | None, ...]


class TellHealth(Struct, frozen=True, tag="stands"):
    """How things stand."""

    health: Health


class TellQuiet(Struct, frozen=True, tag="is_quiet"):
    """Whether it became quiet in time."""

    is_quiet: bool


class TellFailure(Struct, frozen=True, tag="failed"):
    """Nothing was done, or nobody knows; `code` is stable, the sentence is for people."""

    code: str  # "form", "input", "busy", "stranger", "unavailable"
    sentence: str


Asking: TypeAlias = Ask | AskHealth | AskQuiet
Telling: TypeAlias = TellAnswers | TellHealth | TellQuiet | TellFailure

_Said = TypeVar("_Said", Asking, Telling)

_ENCODER = msgspec.json.Encoder()
_ASKING: msgspec.json.Decoder[Asking] = msgspec.json.Decoder(Asking)
_TELLING: msgspec.json.Decoder[Telling] = msgspec.json.Decoder(Telling)


def socket_path(home: Path) -> Path:
    """Return where the socket of a home is."""
    return home.absolute() / SOCKET_NAME


async def say(writer: asyncio.StreamWriter, said: Asking | Telling) -> None:
    """Write one frame.

    Raises:
        DoorError: It is longer than the other side takes.
    """
    data = _ENCODER.encode(said)
    bytes_max = FRAME_BYTES_MAX if isinstance(said, Asking) else TELLING_BYTES_MAX
    if len(data) > bytes_max:
        raise DoorError(Expectation.SMALL_FRAME, f"{len(data)} bytes")
    writer.write(len(data).to_bytes(LENGTH_BYTES, "big"))
    writer.write(data)
    await writer.drain()


async def hear_asking(reader: asyncio.StreamReader, large: asyncio.Semaphore) -> Asking | None:
    """Read one question; None once the other side has closed.

    Few long frames are read at one time, by `large`; once begun, a frame must come in time.

    Raises:
        DoorError: The frame is of no form we know, too long, or does not come to its end.
    """
    try:
        length = await reader.readexactly(LENGTH_BYTES)
        length_bytes = _checked(int.from_bytes(length, "big"), FRAME_BYTES_MAX)
        turn = large if length_bytes > LARGE_BYTES else nullcontext()
        async with turn, asyncio.timeout(READ_SECONDS):
            data = await reader.readexactly(length_bytes)
    except TimeoutError:
        raise DoorError(Expectation.WHOLE_FRAME, f"a part after {READ_SECONDS:.0f} s") from None
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return _decode(_ASKING, data)


async def hear_telling(reader: asyncio.StreamReader) -> Telling:
    """Read one reply.

    Raises:
        DoorError: The frame is of no form we know, or the other side closed.
    """
    try:
        length = await reader.readexactly(LENGTH_BYTES)
        length_bytes = _checked(int.from_bytes(length, "big"), TELLING_BYTES_MAX)
        data = await reader.readexactly(length_bytes)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise DoorError(Expectation.ANSWER, CLOSED) from None
    return _decode(_TELLING, data)


def _checked(length_bytes: int, bytes_max: int) -> int:
    if length_bytes > bytes_max:
        raise DoorError(Expectation.SMALL_FRAME, f"{length_bytes} bytes")
    return length_bytes


def _decode(decoder: "msgspec.json.Decoder[_Said]", data: bytes) -> _Said:
    try:
        return decoder.decode(data)
    except UNREADABLE as error:
        raise DoorError(Expectation.FRAME, type(error).__name__) from None
