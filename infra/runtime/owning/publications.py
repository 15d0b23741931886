"""Follow the workspace's log, so that partitions can adopt what was published."""

import asyncio
from collections.abc import Callable

from engine.errors import WireDamageError
from engine.events import Publication
from engine.validity import Cursor
from engine.wire import decode_body
from infra.log.errors import LogDamageError, LogUnavailableError
from infra.log.port import Log
from infra.runtime.errors import PlaceDamageError
from infra.runtime.partitions import WORKSPACE_PLACE
from infra.runtime.reading import Stretch, read_valid

BACK_OFF_SECONDS = 1.0


class Publications:
    """What the workspace published, read once for all partitions of this process."""

    def __init__(self, log: Log, on_news: Callable[[], None]) -> None:
        """Call `on_news` whenever something was published."""
        self._log = log
        self._on_news = on_news
        self._cursor: Cursor | None = None
        self._known: dict[int, tuple[Publication, Cursor]] = {}
        self._first_offset = 0
        self._reading = asyncio.Lock()
        self._started = asyncio.Event()
        self.damage = ""  # which, once found

    @property
    def newest_w(self) -> int:
        """Return the newest publication known here."""
        return max(self._known, default=0)

    def following(self, w: int) -> tuple[Publication, Cursor] | None:
        """Return publication `w` + 1, and the cursor of whoever has taken it, if known here."""
        return self._known.get(w + 1)

    async def start_from(self, cursor: Cursor) -> None:
        """Make known every publication after the cursor of a partition.

        Raises:
            LogUnavailableError: The log did not answer.
            PlaceDamageError: The workspace's log is damaged.
        """
        async with self._reading:
            if self._cursor is None or cursor.offset < self._first_offset:
                self._cursor, self._first_offset = cursor, cursor.offset
        await self.catch_up()
        self._started.set()

    async def catch_up(self) -> None:
        """Read to the present end; raises as `start_from` does."""
        async with self._reading:
            if self._cursor is None:
                return
            async for stretch in read_valid(self._log, WORKSPACE_PLACE, self._cursor):
                self._take(stretch)

    async def look(self) -> None:
        """Read to the present end; damage is kept in `damage`, and nothing more is adopted.

        Raises:
            LogUnavailableError: The log did not answer.
        """
        try:
            await self.catch_up()
        except (PlaceDamageError, LogDamageError) as error:
            self.damage = str(error)

    async def run(self) -> None:
        """Follow the workspace's log until cancelled, or until it turns out damaged."""
        await self._started.wait()
        while not self.damage:
            offset = self._cursor.offset if self._cursor else 0
            try:
                await self._log.wait({WORKSPACE_PLACE: offset})
                await self.look()
            except LogUnavailableError:
                await asyncio.sleep(BACK_OFF_SECONDS)
            self._on_news()

    async def is_drained(self) -> bool:
        """Return whether the log was read to its present end."""
        span = (await self._log.spans([WORKSPACE_PLACE]))[WORKSPACE_PLACE]
        return self._cursor is None or self._cursor.offset >= span.end

    def _take(self, stretch: Stretch) -> None:
        for offset, record in stretch.valid:
            envelope = record.envelope
            cursor = Cursor(offset + 1, envelope.generation, envelope.epoch, envelope.seq)
            try:
                events = decode_body(record.body).events
            except WireDamageError as error:
                raise PlaceDamageError(WORKSPACE_PLACE, offset, error.reason) from error
            for event in events:
                if isinstance(event, Publication):
                    self._known[event.w] = (event, cursor)
        self._cursor = stretch.after
