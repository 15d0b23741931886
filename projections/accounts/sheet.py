"""The rows of all tables of this view: those a batch looks at, and those it changed."""

from dataclasses import dataclass, field

from msgspec import Struct

from projections.accounts.campaigns import TABLE as CAMPAIGNS
from projections.accounts.campaigns import CampaignRow
from projections.accounts.enrolments import HOLDS, EnrolmentRow, HoldRow
from projections.accounts.enrolments import TABLE as ENROLMENTS
from projections.accounts.mailboxes import TABLE as MAILBOXES
from projections.accounts.mailboxes import MailboxRow
from projections.accounts.organisations import TABLE as ACCOUNTS
from projections.accounts.organisations import AccountRow
from projections.accounts.people import TABLE as PEOPLE
from projections.accounts.people import PersonRow
from projections.accounts.tasks import TABLE as TASKS
from projections.accounts.tasks import TaskRow
from projections.accounts.touches import TABLE as TOUCHES
from projections.accounts.touches import TouchRow
from projections.tables import AnyTable, Rows, Small, Table


class NumberingRow(Struct, frozen=True):
    """How many accounts and campaigns of a partition have their number."""

    partition: Small
    count: int


NUMBERING = Table(name="numbering", row=NumberingRow, key_length=1, fill_percent=50)
TABLES: tuple[AnyTable, ...] = (
    NUMBERING,
    ACCOUNTS,
    PEOPLE,
    ENROLMENTS,
    HOLDS,
    TOUCHES,
    TASKS,
    CAMPAIGNS,
    MAILBOXES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a fold knows and changes, a set of rows for each table."""

    numbering: Rows[NumberingRow] = field(default_factory=lambda: Rows(NUMBERING))
    accounts: Rows[AccountRow] = field(default_factory=lambda: Rows(ACCOUNTS))
    people: Rows[PersonRow] = field(default_factory=lambda: Rows(PEOPLE))
    enrolments: Rows[EnrolmentRow] = field(default_factory=lambda: Rows(ENROLMENTS))
    holds: Rows[HoldRow] = field(default_factory=lambda: Rows(HOLDS))
    touches: Rows[TouchRow] = field(default_factory=lambda: Rows(TOUCHES))
    tasks: Rows[TaskRow] = field(default_factory=lambda: Rows(TASKS))
    campaigns: Rows[CampaignRow] = field(default_factory=lambda: Rows(CAMPAIGNS))
    mailboxes: Rows[MailboxRow] = field(default_factory=lambda: Rows(MAILBOXES))

    def numbers(self) -> dict[str, int]:
        """Return the number of each account's and campaign's stream on this sheet."""
        accounts = {f"account:{row.name}": row.account for row in self.accounts.all()}
        own = {f"campaign:{row.name}": row.campaign for row in self.campaigns.all()}
        return accounts | own
