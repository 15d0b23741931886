"""Grow a mapping by one entry at the price of a few, though every value is frozen.

A copied dictionary makes the n-th addition cost n.  Here a mapping is a tuple of
dictionaries, oldest first, each at least twice as long as the next: an addition merges
the short ones at its end, so that all additions together copy each entry log2(n) times.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
Growing = tuple[dict[Key, Value], ...]
"""A mapping in parts; a later part wins."""


def found(parts: Growing[Key, Value], key: Key) -> Value | None:
    """Return the value of a key; None if there is none."""
    for part in reversed(parts):
        if key in part:
            return part[key]
    return None


def added(
    parts: Growing[Key, Value],
    key: Key,
    value: Value,
    *,
    keeps: Callable[[Value], bool] = lambda _: True,
) -> Growing[Key, Value]:
    """Return the mapping with one entry more.

    Args:
        parts: The mapping before.
        key: The key, new or not.
        value: Its value from now on.
        keeps: Which older values are still worth their place; the others leave when parts
            are merged, at the latest once as many entries were added as there are.
    """
    last = {key: value}
    kept = list(parts)
    while kept and len(kept[-1]) < 2 * len(last):
        older = {name: held for name, held in kept.pop().items() if keeps(held)}
        last = older | last
    return (*kept, last)


def whole(parts: Growing[Key, Value]) -> Mapping[Key, Value]:
    """Return the mapping in one part."""
    together: dict[Key, Value] = {}
    for part in parts:
        together |= part
    return together
