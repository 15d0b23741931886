"""Seal what people type freely on its way in, and open it where people read."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from console.desk.session import Session
from engine.free_texts import free_texts, sealed_in
from engine.values import Sealed
from infra.intake import Intake, Submission
from infra.vault.port import Erased

HIDDEN = "(…)"
ERASED = "(effacé)"

T = TypeVar("T")


async def with_sealed_texts(
    intake: Intake, submissions: Sequence[Submission]
) -> tuple[list[Submission], dict[str, str]]:
    """Return submissions whose free texts are sealed, and what each was, by its sealed form."""
    sealed = await intake.with_sealed_texts(submissions)
    known: dict[str, str] = {}
    for submission, told in zip(submissions, sealed, strict=True):
        forms, texts = free_texts(told.request), free_texts(submission.request)
        known.update((form, texts[where]) for where, form in forms.items())
    return sealed, known


async def opened_texts(session: Session, value: T) -> T:
    """Return what was found, each sealed text in it opened in one reading of the keys.

    Left out where names are not shown: a reason may hold one.
    """
    found: dict[str, Sealed] = {}
    _collect(value, found)
    if not found:
        return value
    if not session.shows_names:
        return replaced(value, dict.fromkeys(found, HIDDEN))
    texts = await (await session.home.vault()).open(list(found.values()))
    opened = [ERASED if isinstance(text, Erased) else text for text in texts]
    return replaced(value, dict(zip(found, opened, strict=True)))


def replaced(value: T, texts: Mapping[str, str]) -> T:
    """Return a value with texts in the place of their sealed forms, wherever they stand."""
    return _replaced(value, texts)  # type: ignore[return-value]  # same type, part by part


def _collect(value: object, found: dict[str, Sealed]) -> None:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            found.update(sealed_in(part))
        else:
            waiting.extend(_parts(part))


def _parts(value: object) -> list[object]:
    if isinstance(value, Struct):
        return [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, tuple | list):
        return list(value)
    return list(value.values()) if isinstance(value, dict) else []


def _replaced(value: object, texts: Mapping[str, str]) -> object:
    # Recursive over a document of our own, some levels deep.
    if isinstance(value, str):
        for sealed, text in texts.items():
            value = value.replace(sealed, text)
        return value
    if isinstance(value, Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        changed = {name: _replaced(part, texts) for name, part in fields.items()}
        return type(value)(**changed) if changed != fields else value
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_replaced(part, texts) for part in value)
    if isinstance(value, list):
        return [_replaced(part, texts) for part in value]
    if isinstance(value, dict):
        return {name: _replaced(part, texts) for name, part in value.items()}
    return value
