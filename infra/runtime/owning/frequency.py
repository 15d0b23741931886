"""Notice a touch that is decided about again and again: the rules promise that none is.

An alarm, no brake: what is decided stays so.  Counted by hours of the clock, and forgotten
with each of them.
"""

from collections import Counter
from datetime import datetime

from engine.account.trying import DECISIONS_MAX
from engine.ids import StreamId
from infra.telemetry import get_logger

LOG = get_logger("touches")


class Frequency:
    """How often each touch was decided about in the hour under way."""

    def __init__(self) -> None:
        self._hour: datetime | None = None
        self._counts: Counter[tuple[StreamId, int]] = Counter()

    def decided(self, stream: StreamId, touch: int, at: datetime) -> None:
        """Count one more decision about a touch; say so once if they are too many."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour = hour
            self._counts.clear()
        self._counts[stream, touch] += 1
        if self._counts[stream, touch] == DECISIONS_MAX + 1:
            LOG.error("touch_decided_often", stream=stream, touch=touch)
