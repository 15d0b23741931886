"""Fold log lines that say the same again: the first at once, then one a minute with a count.

What goes on for hours (a database that is away, a server that refuses) is then read at a
glance.  Only warnings and errors are folded: the course of things is told line by line.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import structlog

FOLDED_FOR_SECONDS = 60.0
KEPT_MAX = 1_000
"""Different lines remembered: of more, the one said longest ago is forgotten."""

FOLDED_LEVELS = frozenset({"warning", "error"})
MEASURES = ("count", "seconds", "exc_info", "exception")
"""How the names of fields end that say how much, not what."""


@dataclass(slots=True)
class _Said:
    """A line that was written, and how often it was held back since."""

    at_seconds: float
    folded_count: int = 0


class Folding:
    """A processor of structlog; it holds back what was said within the last minute."""

    def __init__(self, now_seconds: Callable[[], float] = time.monotonic) -> None:
        self._now_seconds = now_seconds
        self._said: OrderedDict[object, _Said] = OrderedDict()

    def __call__(
        self,
        _logger: object,
        _method: str,
        line: MutableMapping[str, Any],  # as structlog hands it on
    ) -> MutableMapping[str, Any]:
        """Return the line, with how many like it were held back, or drop it."""
        if line.get("level") not in FOLDED_LEVELS:
            return line
        key, now_seconds = _key(line), self._now_seconds()
        said = self._said.get(key)
        if said is not None and now_seconds < said.at_seconds + FOLDED_FOR_SECONDS:
            said.folded_count += 1
            raise structlog.DropEvent
        if said is not None and said.folded_count:
            line["folded_count"] = said.folded_count
        self._said[key] = _Said(now_seconds)
        self._said.move_to_end(key)
        if len(self._said) > KEPT_MAX:
            self._said.popitem(last=False)
        return line


def _key(line: MutableMapping[str, Any]) -> object:
    """Return what a line is about: its name and fields, without times and measures."""
    told = ((name, repr(value)) for name, value in line.items() if not name.endswith(MEASURES))
    return frozenset(told)
