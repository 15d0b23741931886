"""Seal what people type freely on its way in, and open it where people read.

Equal words about the same are sealed to equal bytes, so that the same pause asked twice is
one pause: AES-GCM-SIV keeps its promise where a nonce repeats (docs/decisions/0020).
"""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from console.desk.session import Session
from engine.free_texts import as_text, free_texts, sealed_in
from engine.ids import InputId
from engine.values import Sealed
from infra.intake import Intake, Submission
from infra.vault.port import Erased

SAME_WORDS = InputId("free-text")
HIDDEN = "(…)"
ERASED = "(effacé)"

T = TypeVar("T")


async def with_sealed_texts(
    intake: Intake, submission: Submission
) -> tuple[Submission, dict[str, str]]:
    """Return a submission whose free texts are sealed, and what each was, by its sealed form.

    They are the person's whom the request is about, else those of its stream.
    """
    texts = {
        name: text
        for name, text in free_texts(submission.request).items()
        if not any(sealed_in(text))
    }
    if not texts:
        return submission, {}
    subject = getattr(submission.request, "person", "") or f"texts:{submission.stream}"
    sealed = await intake.seal(subject, texts, input_id=SAME_WORDS)
    told = {field.field: as_text(field) for field in sealed}
    request = replace(submission.request, **told)
    known = {told[name]: text for name, text in texts.items()}
    return Submission(stream=submission.stream, request=request, id=submission.id), known


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
