"""The leases port: one owner per partition at a time, and an epoch that only rises.

A lease limits wasted work; it is the epoch that keeps a former owner from being believed.
So a holder whose lease ran out is not asked, and what it still writes is skipped.  Leases
run on real time, whatever the virtual clock says.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple, Protocol

from infra.log.port import Place

LASTS_FOR = timedelta(seconds=15)
RENEW_AFTER = timedelta(seconds=5)


class Tenure(NamedTuple):
    """The right to act for a partition: void as soon as its lease has a higher epoch."""

    place: Place
    epoch: int


class Leases(Protocol):
    """Who owns the partitions of `events`, and that of `workspace`."""

    async def take(self, place: Place, *, holder: str, log_epoch: int, force: bool = False) -> int:
        """Take a place, and return its new epoch: one above all that were.

        Where lease and log share a database, the log's head takes the epoch in the same
        transaction: from then on it refuses the former owner's appends.

        Args:
            place: A partition of `events`, or the one of `workspace`.
            holder: Names this process, uniquely; the same holder may take again at any time.
            log_epoch: The highest epoch seen in the log; 0 where the log was not read.
            force: Take it from a fresh holder too; only for whoever holds the home's lock,
                which proves the former process dead.

        Raises:
            LeaseHeldError: Another holder's lease is fresh.
            StoreUnavailableError: The outcome is unknown; take it again.
        """

    async def renew(self, epochs: Mapping[Place, int], *, holder: str) -> frozenset[Place]:
        """Make the leases fresh again; return the places that were lost meanwhile.

        A lease that ran out but that nobody took is still ours.

        Raises:
            StoreUnavailableError: Nothing is known to be renewed.
        """

    async def release(self, epochs: Mapping[Place, int], *, holder: str) -> None:
        """Let others take the places at once; what was lost meanwhile is left alone.

        Raises:
            StoreUnavailableError: The leases run out by themselves.
        """

    async def current_epoch(self, place: Place) -> int:
        """Return the epoch of the latest owner, 0 if there was none."""
