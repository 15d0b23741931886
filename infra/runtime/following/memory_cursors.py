"""Keep readers' cursors in memory: for tests and simulation."""

from collections.abc import Mapping

from engine.validity import Cursor
from infra.log.port import Place


class MemoryCursors:
    """Cursors of readers; see `infra.runtime.following.cursors`."""

    def __init__(self) -> None:
        self._cursors: dict[Place, Cursor] = {}

    async def load(self) -> Mapping[Place, Cursor]:
        """Return every cursor that was kept."""
        return dict(self._cursors)

    async def keep(self, cursors: Mapping[Place, Cursor]) -> None:
        """Move cursors forward; one that is further already stays."""
        for place, cursor in cursors.items():
            former = self._cursors.get(place)
            if former is None or former.seq <= cursor.seq:
                self._cursors[place] = cursor
