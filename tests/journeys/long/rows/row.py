"""One thing that once went wrong: what was seen then, and how to look at it now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from tests.journeys.long.rows.fresh_home import FreshHome

Seen: TypeAlias = "str | Awaitable[str]"
"""What is seen now, in a sentence; who sees something else raises `AssertionError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fault of old, and the commands that showed it."""

    name: str  # what the command line takes: words with hyphens
    before: str
    now: Callable[[FreshHome], Seen]
