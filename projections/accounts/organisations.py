"""Accounts: one row per organisation, with where it stands and its next point."""

import re
import unicodedata
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.rule_ids import RuleId
from projections.facts import Fact
from projections.parts import Part, Sheet
from projections.tables import Table


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
    milestone_at: datetime | None = None  # when it was fixed
    milestone_by: str = ""  # who said so; empty where the sequence fixed its own
    vote_on: date | None = None  # announced or observed, recorded last
    exchanged_at: datetime | None = None  # of the last real exchange
    is_hot: bool = False


TABLE = Table(
    name="account",
    row=AccountRow,
    key_length=1,
    indexes=("(name)", "(search text_pattern_ops)"),
)


_BETWEEN_WORDS = re.compile("[-'`\u2010-\u2015\u2018\u2019\u02bc]")


def searchable(text: str) -> str:
    """Return a text without case, accents, hyphens, apostrophes and repeated spaces.

    Examples:
        >>> searchable("  Évry-Courcouronnes  (91) "), searchable("L’Haÿ-les-Roses")
        ('evry courcouronnes (91)', 'l hay les roses')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_BETWEEN_WORDS.sub(" ", bare).split())


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put what an event changes of an account."""
    rows = sheet.of(TABLE)
    match event:
        case e.AccountAdded(attributes=attributes):
            rows.put(
                AccountRow(
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
            )
        case e.VoteAnnounced(vote_on=vote_on) | e.VoteObserved(vote_on=vote_on):
            rows.put(replace(rows.get(fact.number), vote_on=vote_on))
        case e.MilestoneSet(milestone=milestone, next_point=point, rule=rule):
            rows.put(
                replace(
                    rows.get(fact.number),
                    milestone=milestone,
                    milestone_on=point.on,
                    milestone_object=point.object,
                    milestone_deliverable=point.deliverable,
                    milestone_rule=rule,
                    milestone_at=fact.at,
                    milestone_by="" if rule == RuleId.MILESTONE_DEFAULT else fact.actor,
                )
            )
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


PART = Part(
    table=TABLE,
    events=(
        e.AccountAdded,
        e.VoteAnnounced,
        e.VoteObserved,
        e.MilestoneSet,
        e.StatusChanged,
        e.StageChanged,
        e.AccountWarmed,
        e.ExchangeHad,
    ),
    fold=fold,
    by=("name",),  # before the numbers are known
    keys=lambda _sheet, _fact, _event: (),  # all that are named are read by then
)
