"""The reconciler port: ask whoever took our mail whether it holds one message."""

from enum import StrEnum
from typing import Protocol


class Finding(StrEnum):
    """What a peer says of one message."""

    FOUND = "found"  # it was sent
    ABSENT = "absent"  # the peer would know, and nothing under way can still bring it
    UNCLEAR = "unclear"  # nobody to ask, or no sure answer: ask again later, or a person


class Reconciler(Protocol):
    """Finds out what became of a message whose answer was lost."""

    async def find(self, message_id: str) -> Finding:
        """Return what is known of one message; never `ABSENT` on a guess."""
