"""Turn what a caller sends into an input: the door says who, through what and when.

A caller names itself, the stream and the request, and when the outside fact happened.
The user id at the other end of the socket, the source and the instant are the door's own
words, and what only the engine raises has no form here.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from engine.errors import WireDamageError
from engine.free_texts import free_texts, sealed_as
from engine.ids import NAME_LENGTH_MAX, InputId, Name, StreamId
from engine.inputs import Input
from engine.requests import RETIRED, CallerRequest
from engine.values import Sealed
from engine.wire import decoded, encode_input
from infra.runtime.owning.slices import has_kind, is_owners
from infra.vault.sealing import is_sealed_form

SOURCE = "cli"
"""Through what everything here comes: the command line is the one entrance at this door."""

RESERVED_ACTORS = frozenset({"engine", "correspondent"})
"""Names under which the home itself acts."""

AHEAD_FOR = timedelta(minutes=1)
INSIDE = ":"
"""Stands in each id that is made inside (`re:...`, `wake:...`); no caller may use one up."""


class CallerInput(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request of a caller, with what only the caller can know."""

    id: Annotated[InputId, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
    stream: Annotated[StreamId, Meta(max_length=NAME_LENGTH_MAX)]
    actor: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
    request: CallerRequest
    occurred_at: datetime | None = None
    batch: Name = ""
    needs_w: int = 0


class EntryStamp(Struct, frozen=True, kw_only=True):
    """What the door knows by itself when something comes in."""

    at: datetime
    user_id: int
    newest_w: int  # publications known: nothing can need a later one


_ASKED = msgspec.json.Decoder(CallerInput)


def asked_from(item: Input) -> Raw:
    """Return how an input is asked for through the door."""
    asked = {
        "id": item.id,
        "stream": item.stream,
        "actor": item.actor,
        "request": item.request,
        "occurred_at": item.occurred_at,
        "batch": item.batch,
        "needs_w": item.needs_w,
    }
    return Raw(msgspec.json.encode(asked))


def stamped(raw: Raw, stamp: EntryStamp) -> tuple[Input, bytes]:
    """Return the input that a caller asked for, and how it stands in an inbox.

    Raises:
        WireDamageError: It can be no input of a caller; says which rule, and no value.
    """
    asked = decoded(raw, _ASKED)
    for what, got in _faults(asked, stamp):
        raise WireDamageError(what, got)
    item = Input(
        id=asked.id,
        stream=asked.stream,
        at=stamp.at,
        actor=asked.actor,
        source=SOURCE,
        request=asked.request,
        user_id=stamp.user_id,
        occurred_at=asked.occurred_at,
        batch=asked.batch,
        needs_w=asked.needs_w,
    )
    if is_owners(item):
        what = "a command or a report"
        raise WireDamageError(what, "what only an owner raises")
    return item, encode_input(item)


def _faults(asked: CallerInput, stamp: EntryStamp) -> Iterator[tuple[str, str]]:
    if not has_kind(asked.stream):
        yield "the name of a stream", "no known kind"
    if INSIDE in asked.id:
        yield f"an id without {INSIDE!r}", "one that is made inside"
    if asked.actor in RESERVED_ACTORS or not asked.actor.isprintable():
        yield "the name of a person or a program", "one the home acts under, or no name"
    if not 0 <= asked.needs_w <= stamp.newest_w:
        yield f"needs_w from 0 to {stamp.newest_w}", str(asked.needs_w)
    for name in RETIRED.get(type(asked.request), ()):
        if getattr(asked.request, name):
            yield f"no {name}: no rule reads it", "one"
    occurred_at = asked.occurred_at
    if occurred_at is not None and (
        occurred_at.tzinfo is None or occurred_at > stamp.at + AHEAD_FOR
    ):
        yield "something that has happened by now", "an instant to come, or without a zone"
    for sealed in sealed_fields(asked.request):
        if not is_sealed_form(sealed):
            yield "each personal field to be sealed", "one of another form"
    for name, text in free_texts(asked.request).items():
        if not _is_sealed_text(text):
            yield f"the free text {name} to be sealed", "a text in clear, or another form"


def _is_sealed_text(text: str) -> bool:
    sealed = sealed_as(text)
    return sealed is not None and is_sealed_form(sealed)


def sealed_fields(request: Struct) -> Iterator[Sealed]:
    """Yield the sealed fields of a request, wherever they stand in it."""
    waiting: list[object] = [request]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Sealed):
            yield value
        elif isinstance(value, Struct):
            waiting.extend(getattr(value, name) for name in value.__struct_fields__)
        elif isinstance(value, tuple | list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
