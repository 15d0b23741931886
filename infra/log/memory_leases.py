"""Leases in memory: for tests and simulation."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from infra.log.errors import LeaseHeldError
from infra.log.leases import LASTS_FOR
from infra.log.port import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lease:
    holder: str = ""
    epoch: int = 0
    until_seconds: float = 0.0


class MemoryLeases:
    """The leases of one process; `monotonic` gives seconds that never go back."""

    def __init__(
        self,
        *,
        lasts_for: timedelta = LASTS_FOR,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lasts_for = lasts_for
        self._monotonic = monotonic
        self._leases: dict[Place, _Lease] = {}

    async def take(self, place: Place, *, holder: str, log_epoch: int, force: bool = False) -> int:
        """Take a place; see the port."""
        lease = self._leases.get(place, _Lease())
        is_fresh = lease.holder != "" and lease.until_seconds > self._monotonic()
        if is_fresh and lease.holder != holder and not force:
            raise LeaseHeldError(place, lease.holder, _instant(lease.until_seconds))
        epoch = max(lease.epoch, log_epoch) + 1
        self._leases[place] = _Lease(holder=holder, epoch=epoch, until_seconds=self._until())
        return epoch

    async def renew(self, epochs: Mapping[Place, int], *, holder: str) -> frozenset[Place]:
        """Make leases fresh, name the lost ones; see the port."""
        held = {place for place, epoch in epochs.items() if self._holds(place, epoch, holder)}
        for place in held:
            self._leases[place] = replace(self._leases[place], until_seconds=self._until())
        return frozenset(epochs.keys() - held)

    async def release(self, epochs: Mapping[Place, int], *, holder: str) -> None:
        """Let others take the places; see the port."""
        for place, epoch in epochs.items():
            if self._holds(place, epoch, holder):
                self._leases[place] = _Lease(epoch=epoch)

    async def current_epoch(self, place: Place) -> int:
        """Return the epoch of the latest owner, 0 if there was none."""
        return self._leases.get(place, _Lease()).epoch

    def _holds(self, place: Place, epoch: int, holder: str) -> bool:
        lease = self._leases.get(place, _Lease())
        return (lease.epoch, lease.holder) == (epoch, holder)

    def _until(self) -> float:
        return self._monotonic() + self._lasts_for.total_seconds()


def _instant(seconds: float) -> datetime:
    # Not a date anybody lives by: seconds of this process's own clock.
    return datetime.fromtimestamp(seconds, UTC)
