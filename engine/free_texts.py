"""What people type freely, and how it stands sealed where a text is expected.

A reason, the object of a next point or a value of messages may name somebody.  Each has
been a text from the first record, and rules ask only whether there is one; so a sealed one
takes its place, written as the JSON of `Sealed`, and older records with a text in clear are
read as before.
"""

import re
from collections.abc import Iterator, Mapping
from functools import reduce

import msgspec
from msgspec.structs import replace

from engine import requests as r
from engine.values import Sealed

FREE_TEXTS: Mapping[type, tuple[str, ...]] = {
    r.Pause: ("reason",),
    r.Withdraw: ("reason",),
    r.AddTouch: ("reason", "override_reason", "subject"),
    r.SkipTouch: ("reason",),
    r.SettleTouch: ("reason",),
    r.ChangeStage: ("reason",),
    r.TakeBack: ("reason",),
    r.Enrol: ("re_enrol_reason", "next_point", "values"),
    r.CompleteTask: ("maturity", "calendar", "others", "next_point"),
    r.SetMilestone: ("next_point",),
    r.SetValues: ("values",),
    r.CreateCampaign: ("next_point", "values"),
    r.PauseCampaign: ("reason",),
    r.CloseCampaign: ("reason",),
}
"""Which fields of requests a person fills with words."""

READ_BY_RULES: Mapping[str, frozenset[str]] = {"attendance": frozenset({"confirmed"})}
"""Values that a rule compares: these words are codes, and stay in clear."""

VALUES = "values"
NEXT_POINT = "next_point"
POINT_TEXTS = ("object", "deliverable")
SEALED_TEXT = re.compile(
    r'\{"subject":"[^"\\]{1,200}","field":"[a-z_]{1,60}","data":"[A-Za-z0-9_-]+"\}'
)
_SEALED: msgspec.json.Decoder[Sealed] = msgspec.json.Decoder(Sealed)


def as_text(sealed: Sealed) -> str:
    """Return a sealed field as it stands in the place of a text.

    Examples:
        >>> as_text(Sealed("p-1", "reason", "AAAA"))
        '{"subject":"p-1","field":"reason","data":"AAAA"}'
    """
    return msgspec.json.encode(sealed).decode()


def is_sealed(text: str) -> bool:
    """Whether a sealed field stands in the place of a text."""
    # Asked for each value of each message: those in clear begin otherwise.
    return text.startswith('{"subject":') and SEALED_TEXT.fullmatch(text) is not None


def sealed_as(text: str) -> Sealed | None:
    """Return the sealed field that stands in the place of a text; None if it is in clear."""
    return _SEALED.decode(text) if is_sealed(text) else None


def sealed_in(text: str) -> Iterator[tuple[str, Sealed]]:
    """Yield each sealed text within a text, as it stands there and as a field."""
    for match in SEALED_TEXT.finditer(text):
        yield match.group(), _SEALED.decode(match.group())


def free_texts(request: r.Request) -> dict[str, str]:
    """Return the free texts of a request that are not empty, by where they stand in it.

    Examples:
        >>> free_texts(r.SetValues(values={"signal": "le projet", "attendance": "confirmed"}))
        {'values.signal': 'le projet'}
    """
    names = FREE_TEXTS.get(type(request), ())
    return {where: text for name in names for where, text in _texts(request, name) if text}


def with_texts(request: r.Request, texts: Mapping[str, str]) -> r.Request:
    """Return a request with other free texts at the places that `free_texts` names."""
    return reduce(lambda told, where: _with(told, where, texts[where]), texts, request)


def field_of(where: str) -> str:
    """Return under which name a free text is sealed; values share one, whatever theirs is."""
    return "value" if where.startswith(f"{VALUES}.") else where.rpartition(".")[2]


def _texts(request: r.Request, name: str) -> Iterator[tuple[str, str]]:
    found = getattr(request, name)
    if name == VALUES:
        for key, text in found.items():
            if text not in READ_BY_RULES.get(key, ()):
                yield f"{name}.{key}", text
    elif name == NEXT_POINT:
        if found is not None:
            yield from ((f"{name}.{part}", getattr(found, part)) for part in POINT_TEXTS)
    else:
        yield name, found


def _with(request: r.Request, where: str, text: str) -> r.Request:
    outer, _, inner = where.partition(".")
    if not inner:
        return replace(request, **{outer: text})
    if outer == VALUES:
        return replace(request, values={**getattr(request, VALUES), inner: text})
    return replace(request, **{outer: replace(getattr(request, outer), **{inner: text})})
