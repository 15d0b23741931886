"""Attempts of which nobody knows what became: asked about until they are settled."""

import time
from dataclasses import dataclass

from infra.runtime.owning.touch_ports import GrantKey

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 60.0
ASKED_MIN = 3
"""How often a peer that cannot tell is asked before the rest of the world goes on."""


@dataclass(slots=True, kw_only=True)
class Doubt:
    """One attempt without outcome."""

    key: GrantKey
    reference: str
    asked_count: int = 0
    is_unclear: bool = True  # the last answer, if any, told nothing
    ask_at_seconds: float = 0.0  # monotonic

    def asked(self, *, is_unclear: bool) -> None:
        """Note an answer that settled nothing; the next question waits longer."""
        wait_seconds = min(FIRST_SECONDS * 2**self.asked_count, LONGEST_SECONDS)
        self.asked_count += 1
        self.is_unclear = is_unclear
        self.ask_at_seconds = time.monotonic() + wait_seconds

    @property
    def is_pressing(self) -> bool:
        """Whether its answer may still come by itself at any moment."""
        return self.asked_count == 0 or (self.is_unclear and self.asked_count < ASKED_MIN)


class Doubts:
    """What dispatcher and reconciler share."""

    def __init__(self) -> None:
        self._doubts: dict[GrantKey, Doubt] = {}

    def add(self, key: GrantKey, reference: str) -> None:
        """Note an attempt; one that is known already is asked about anew."""
        self._doubts[key] = Doubt(key=key, reference=reference)

    def remove(self, key: GrantKey) -> None:
        """Forget an attempt: settled, or another process's concern."""
        self._doubts.pop(key, None)

    def due(self) -> tuple[Doubt, ...]:
        """Return those to ask about now."""
        now_seconds = time.monotonic()
        doubts = self._doubts.values()
        return tuple(doubt for doubt in doubts if doubt.ask_at_seconds <= now_seconds)

    def __contains__(self, key: GrantKey) -> bool:
        """Whether an attempt is in doubt."""
        return key in self._doubts

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._doubts)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing but a person can settle what is left, as far as we know."""
        return not any(doubt.is_pressing for doubt in self._doubts.values())
