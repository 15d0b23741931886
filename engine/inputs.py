"""An input: a request with who asked, through what, and when."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from engine.ids import NAME_LENGTH_MAX, InputId, Name, StreamId
from engine.requests import Request

REACTOR = "reactor"
"""The source of what an event of another stream asked for; no entrance can give it."""


class Lane(StrEnum):
    """Through which door an input came to its owner."""

    EXPRESS = "express"
    BULK = "bulk"
    WORKSPACE = "workspace"
    OWN = "own"  # raised by the owner; exists only inside its decision


class Input(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request or report, sealed as it arrived; at most 64 KiB encoded."""

    id: Annotated[InputId, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
    stream: Annotated[StreamId, Meta(max_length=NAME_LENGTH_MAX)]
    at: datetime  # aware UTC instant at which it was raised
    actor: Name  # who asked: the name given, "engine", "correspondent"
    source: Name  # through what: "cli", "timer", "reactor", "sample", "smtp"
    request: Request
    user_id: int | None = None  # of the process that stood at the local socket, beside its name
    occurred_at: datetime | None = None  # when the outside fact happened, if not `at`
    batch: Name = ""
    needs_w: int = 0  # the newest publication its sender had seen
    cause: Name = ""  # input whose decision a reactor answers


INPUT_BYTES_MAX = 64 * 1024
