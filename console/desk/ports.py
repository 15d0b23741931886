"""What an entrance needs of a home, and nothing more.

Behind these stand a running Relance's door, the views in PostgreSQL, the log and the
vault (`console.desk.local_home`); in tests, the pure engine and prepared rows.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from engine.events import CampaignCreated, MailboxPublished, SequencePublished
from engine.inputs import Input, Lane
from engine.ruleset import Ruleset
from engine.validity import Cursor
from infra.log.port import Log, Place
from infra.runtime.answers import Answer
from infra.runtime.health import Health
from infra.vault.port import Vault
from infra.vault.tags import Tagger
from projections.accounts.enrolments import EnrolmentRow
from projections.accounts.holds import HoldRow
from projections.accounts.organisations import AccountRow
from projections.accounts.people import PersonRow
from projections.check import Checked
from projections.queries.campaigns import CampaignLine
from projections.queries.finding import FoundAccount
from projections.queries.pipeline import Pipeline
from projections.queries.status import Status
from projections.queries.suppressions import StopLine
from projections.queries.tasks import TaskLine
from projections.queries.timeline import Timeline
from projections.queries.why import Why


class HomeDoor(Protocol):
    """Whoever runs the home."""

    async def ask(
        self, items: Sequence[Input], *, lane: Lane, within_seconds: float
    ) -> Sequence[Answer | None]:
        """Return the answers in order; None where none came in time."""

    async def health(self) -> Health:
        """Return how it stands."""


class Views(Protocol):
    """What the views hold, as of one snapshot each time."""

    async def find(self, text: str) -> tuple[FoundAccount, ...]:
        """Return the accounts that a text may mean."""

    async def account(self, number: int) -> AccountRow:
        """Return the row of an account that was found."""

    async def people(self, number: int) -> tuple[PersonRow, ...]:
        """Return the people of an account."""

    async def enrolments(self, number: int) -> tuple[EnrolmentRow, ...]:
        """Return the enrolments of an account, ended ones included."""

    async def holds(self, number: int) -> tuple[HoldRow, ...]:
        """Return the holds of an account that are in force."""

    async def pipeline(self, today: date) -> Pipeline:
        """Return where accounts and campaigns stand."""

    async def campaigns(self) -> tuple[CampaignLine, ...]:
        """Return the campaigns."""

    async def tasks(self, today: date, *, until_on: date | None) -> tuple[TaskLine, ...]:
        """Return what is to be done."""

    async def task(self, owner: str, number: int, today: date) -> TaskLine | None:
        """Return one task, closed ones included."""

    async def timeline(
        self, account: FoundAccount, *, as_of_at: datetime | None, last: int
    ) -> Timeline:
        """Return everything about an account, or only its last decisions; 0 means all."""

    async def why(self, touch: str) -> Why | None:
        """Return everything about a touch."""

    async def status(self, today: date) -> Status:
        """Return counts and what needs attention."""

    async def suppressions(self, *, count_max: int) -> tuple[StopLine, ...]:
        """Return the addresses to which nothing goes."""

    async def check(self) -> tuple[Checked, ...]:
        """Return for each view what a fold from zero does not confirm."""


class WorkspaceTerms(Protocol):
    """What the workspace and its campaigns said, read from the log."""

    async def sequence(self, name: str) -> SequencePublished | None:
        """Return the newest publication of a sequence."""

    async def ruleset(self) -> Ruleset | None:
        """Return the ruleset in force."""

    async def mailboxes(self) -> tuple[MailboxPublished, ...]:
        """Return the newest publication of each mailbox."""

    async def campaign(self, name: str) -> CampaignCreated | None:
        """Return how a campaign was founded."""


class Home(Protocol):
    """A home as entrances use it; each part is opened when it is first asked for."""

    @property
    def folder(self) -> Path:
        """Return the home's folder."""

    async def door(self) -> HomeDoor:
        """Return the way to whoever runs the home.

        Raises:
            NothingRunsError: Nobody does.
        """

    async def views(self) -> Views:
        """Return the views of a running home."""

    async def log(self) -> Log:
        """Return the log of a running home."""

    async def published(self) -> WorkspaceTerms:
        """Return what was published in a running home."""

    async def vault(self) -> Vault:
        """Return the vault of a running home."""

    async def tagger(self) -> Tagger:
        """Return what makes tags of addresses."""

    async def cursors(self) -> dict[Place, Cursor]:
        """Return how far the timeline has read each place of a running home."""

    async def create_log(self) -> int:
        """Create the home's log; return its partition count.

        Raises:
            LogExistsError: There is one already.
        """

    def standing_log(self) -> AbstractAsyncContextManager[Log]:
        """Open the log for a block, even of a home that nobody runs."""
