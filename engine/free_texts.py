"""What people type freely, and how it stands sealed where a text is expected.

A reason may name somebody.  Its field has been a text from the first record, and rules ask
only whether there is one; so a sealed one takes its place, written as the JSON of `Sealed`,
and older records with a text in clear are read as before.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from engine import requests as r
from engine.values import Sealed

FREE_TEXTS: Mapping[type, tuple[str, ...]] = {
    r.Pause: ("reason",),
    r.Withdraw: ("reason",),
    r.AddTouch: ("reason", "override_reason"),
    r.SkipTouch: ("reason",),
    r.SettleTouch: ("reason",),
    r.ChangeStage: ("reason",),
    r.Enrol: ("re_enrol_reason",),
    r.CompleteTask: ("maturity", "calendar", "others"),
}
"""Fields of requests that a person fills with words; they come in sealed."""

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


def sealed_in(text: str) -> Iterator[tuple[str, Sealed]]:
    """Yield each sealed text within a text, as it stands there and as a field."""
    for match in SEALED_TEXT.finditer(text):
        yield match.group(), _SEALED.decode(match.group())


def free_texts(request: r.Request) -> dict[str, str]:
    """Return the free texts of a request that are not empty, by field."""
    names = FREE_TEXTS.get(type(request), ())
    return {name: text for name in names if (text := getattr(request, name))}
