"""What a text may hold that goes into a message.

What takes no room is left out where a message is written (`sequences.invisible`).
Ranges are written out, not asked of a library: equal texts are judged equally by any
version of it.
"""

import re
from collections.abc import Mapping
from typing import Final

from engine.free_texts import is_sealed

TEXT_MAX: Final = 2_000
"""Characters of one value: a page of a letter."""

_FORBIDDEN: Final = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, but for tabs and line ends
    "\u2028\u2029"  # line and paragraph separators, which mail programs take for line ends
    "\ud800-\udfff"  # half a character
    "]"
)


def unwritable(text: str) -> str:
    r"""Return why no message may hold a text; empty if it may.

    Examples:
        >>> unwritable("les inscriptions"), unwritable("les\x1binscriptions")
        ('', 'U+001B')
        >>> unwritable("é" * 2_001)
        'more than 2000 characters'
    """
    if is_sealed(text):
        return ""
    if len(text) > TEXT_MAX:
        return f"more than {TEXT_MAX} characters"
    return forbidden_in(text)


def forbidden_in(text: str) -> str:
    """Return the first character that no message may hold, by its number; empty without one."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def first_unwritable(values: Mapping[str, str]) -> str:
    """Return the first value that no message may hold, and why: `signal: U+2028`; else empty."""
    faults = ((name, unwritable(text)) for name, text in values.items())
    return next((f"{name}: {fault}" for name, fault in faults if fault), "")
