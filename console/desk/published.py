"""What was published, and how campaigns were founded: read from the log, whole."""

from console.desk.history import History
from engine.events import (
    CampaignCreated,
    MailboxPublished,
    Publication,
    RulesetPublished,
    SequencePublished,
)
from engine.ids import StreamKind, stream_id
from engine.ruleset import Ruleset
from engine.validity import Cursor
from infra.log.postgres import PostgresLog
from infra.runtime.partitions import WORKSPACE_PLACE
from infra.runtime.reading import read_valid
from infra.store.pool import Pool, translated
from projections.queries.page import LogPlace
from projections.timeline import EVENTS, VIEW, mark_of

_PLACES = f"""
select partition, log_offset from {VIEW.schema}.decision
where stream = $1 and outcome = {EVENTS} order by log_offset
"""  # noqa: S608 - both are constants


class LogPublished:
    """See `console.desk.ports.WorkspaceTerms`; the workspace's log is short and read once."""

    def __init__(self, log: PostgresLog, pool: Pool) -> None:
        """Read from the log; the timeline says where a campaign's decisions stand."""
        self._log = log
        self._pool = pool
        self._read: tuple[Publication, ...] | None = None

    async def sequence(self, name: str) -> SequencePublished | None:
        """Return the newest publication of a sequence."""
        return next(
            (
                one
                for one in reversed(await self._publications())
                if isinstance(one, SequencePublished) and one.sequence.name == name
            ),
            None,
        )

    async def ruleset(self) -> Ruleset | None:
        """Return the ruleset in force."""
        return next(
            (
                one.ruleset
                for one in reversed(await self._publications())
                if isinstance(one, RulesetPublished)
            ),
            None,
        )

    async def mailboxes(self) -> tuple[MailboxPublished, ...]:
        """Return the newest publication of each mailbox."""
        newest = {
            one.mailbox.name: one
            for one in await self._publications()
            if isinstance(one, MailboxPublished)
        }
        return tuple(newest.values())

    async def campaign(self, name: str) -> CampaignCreated | None:
        """Return how a campaign was founded."""
        stream = stream_id(StreamKind.CAMPAIGN, name)
        with translated():
            rows = await self._pool.fetch(_PLACES, mark_of(stream))
        places = [LogPlace(row["partition"], row["log_offset"]) for row in rows]
        async for placed in History(self._opened, generation=self._log.generation).read(places):
            if placed.body.stream == stream:  # another stream may share the mark
                return next(
                    (one for one in placed.body.events if isinstance(one, CampaignCreated)), None
                )
        return None

    async def _opened(self) -> PostgresLog:
        return self._log

    async def _publications(self) -> tuple[Publication, ...]:
        if self._read is None:
            start = Cursor(generation=self._log.generation)
            self._read = tuple(
                [
                    event
                    async for read in read_valid(self._log, WORKSPACE_PLACE, start)
                    for placed in read.placed(WORKSPACE_PLACE)
                    for event in placed.body.events
                    if isinstance(event, Publication)
                ]
            )
        return self._read
