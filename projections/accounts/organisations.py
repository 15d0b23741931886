"""Accounts: one row per organisation, with where it stands and its next point."""

import unicodedata
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from projections.facts import Fact
from projections.tables import Rows, Table

EVENTS = (
    e.AccountAdded,
    e.VoteObserved,
    e.MilestoneSet,
    e.StatusChanged,
    e.StageChanged,
    e.AccountWarmed,
    e.ExchangeHad,
)


class AccountRow(Struct, frozen=True):
    """One organisation."""

    account: int  # number local to the view
    name: str  # its id: what follows `account:`
    title: str
    search: str  # the title without case and accents
    title_with_article: str
    kind: str
    siren: str
    departement: str
    population: int
    time_zone: str
    is_sample: bool
    added_at: datetime
    status: str
    status_since_at: datetime
    stage: str
    stage_since_at: datetime
    milestone: int = 0
    milestone_on: date | None = None
    milestone_object: str = ""
    milestone_deliverable: str = ""
    milestone_rule: str = ""
    vote_on: date | None = None
    exchanged_at: datetime | None = None  # of the last real exchange
    is_hot: bool = False


TABLE = Table(
    name="account",
    row=AccountRow,
    key_length=1,
    indexes=("(name)", "(search text_pattern_ops)"),
)


def searchable(text: str) -> str:
    """Return a text without case, accents and repeated spaces.

    Examples:
        >>> searchable("  Évry-Courcouronnes  (91) ")
        'evry-courcouronnes (91)'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def fold(rows: Rows[AccountRow], fact: Fact, event: e.Event) -> None:
    """Note what an event changes of an account."""
    match event:
        case e.AccountAdded():
            rows.put(_added(fact, event))
        case e.VoteObserved(vote_on=vote_on):
            rows.put(replace(rows.get(fact.number), vote_on=vote_on))
        case e.MilestoneSet():
            rows.put(_with_milestone(rows.get(fact.number), event))
        case e.StatusChanged(status=status):
            rows.put(replace(rows.get(fact.number), status=status, status_since_at=fact.at))
        case e.StageChanged(stage=stage):
            rows.put(replace(rows.get(fact.number), stage=stage, stage_since_at=fact.at))
        case e.AccountWarmed():
            rows.put(replace(rows.get(fact.number), is_hot=True))
        case e.ExchangeHad():
            rows.put(replace(rows.get(fact.number), exchanged_at=fact.at))
        case _:
            return


def _added(fact: Fact, event: e.AccountAdded) -> AccountRow:
    attributes = event.attributes
    return AccountRow(
        account=fact.number,
        name=fact.name,
        title=attributes.name,
        search=searchable(attributes.name),
        title_with_article=attributes.name_with_article,
        kind=attributes.kind,
        siren=attributes.siren,
        departement=attributes.departement,
        population=attributes.population,
        time_zone=attributes.time_zone,
        is_sample=attributes.is_sample,
        added_at=fact.at,
        status="lead",
        status_since_at=fact.at,
        stage="identification",
        stage_since_at=fact.at,
    )


def _with_milestone(row: AccountRow, event: e.MilestoneSet) -> AccountRow:
    return replace(
        row,
        milestone=event.milestone,
        milestone_on=event.next_point.on,
        milestone_object=event.next_point.object,
        milestone_deliverable=event.next_point.deliverable,
        milestone_rule=event.rule,
    )
