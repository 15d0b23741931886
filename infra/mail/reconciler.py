"""The reconciler port: ask whoever took our mail whether it holds one message."""

from dataclasses import dataclass
from typing import Protocol

from infra.mail.catcher import Catcher


@dataclass(frozen=True, slots=True)
class Found:
    """The peer holds the message: it was sent."""

    queue_id: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """The peer does not hold it, and nothing under way can still bring it."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """Neither is sure; ask again later, or ask a person."""


Finding = Found | Absent | CannotTell


class Reconciler(Protocol):
    """Finds out what became of a message whose answer was lost."""

    async def find(self, message_id: str) -> Finding:
        """Return what is known of one message; never `Absent` on a guess."""


class CatcherReconciler:
    """Asks the catcher of this process."""

    def __init__(self, catcher: Catcher) -> None:
        """Keep the catcher."""
        self._catcher = catcher

    async def find(self, message_id: str) -> Finding:
        """Return what the catcher holds; unsure while a message is on its way to it."""
        found = self._catcher.find(message_id)
        if found:
            return Found(queue_id=str(found[0].number))
        if not self._catcher.is_running or not self._catcher.is_quiet:
            return CannotTell()
        return Absent()
