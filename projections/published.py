"""What was published, and how campaigns were founded: what an enrolment is made of."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.ids import StreamKind
from projections.facts import Fact
from projections.parts import Part, PartList, Sheet, view_of
from projections.tables import Table

SEQUENCE = "sequence"
RULESET = "ruleset"
MAILBOX = "mailbox"
SENDING = "sending"
MAILBOX_HOLD = "mailbox_hold"
HELD, LIFTED = "held", "lifted"


class PublicationRow(Struct, frozen=True):
    """One publication of the workspace; a newer one of its kind and name replaces it."""

    w: int  # its number
    kind: str
    name: str  # of a sequence or a mailbox; empty for a ruleset
    version: str  # hash of a sequence, version of a ruleset; "held" or "lifted"
    published_at: datetime
    published_by: str
    event: str  # JSON, whole
    replaced_by: int = 0  # number of the newer one; 0 while it is in force


class FoundingRow(Struct, frozen=True):
    """How one campaign was founded."""

    campaign: str
    event: str  # JSON, whole


PUBLICATIONS = Table(
    name="publication", row=PublicationRow, key_length=1, indexes=("(kind, name)",)
)
FOUNDINGS = Table(name="founding", row=FoundingRow, key_length=1)


def fold_publication(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put a publication, and note on the former one that it is replaced."""
    match event:
        case e.SequencePublished():
            _publish(sheet, fact, event, version=event.hash)
        case e.RulesetPublished():
            _publish(sheet, fact, event, version=event.ruleset.version)
        case e.MailboxPublished() | e.SendingHeld() | e.SendingLifted():
            _publish(sheet, fact, event, version="")
        case e.MailboxHeld():
            _publish(sheet, fact, event, version=HELD)
        case e.MailboxLifted():
            _publish(sheet, fact, event, version=LIFTED)
        case _:
            return


def fold_founding(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put how a campaign was founded."""
    if isinstance(event, e.CampaignCreated):
        sheet.of(FOUNDINGS).put(FoundingRow(campaign=fact.name, event=_encoded(event)))


PARTS = PartList(
    Part(
        table=PUBLICATIONS,
        events=(
            e.SequencePublished,
            e.RulesetPublished,
            e.MailboxPublished,
            e.SendingHeld,
            e.SendingLifted,
            e.MailboxHeld,
            e.MailboxLifted,
        ),
        fold=fold_publication,
        keys=lambda _sheet, _fact, event: _names(event),
        by=("kind", "name"),
    ),
    Part(
        table=FOUNDINGS,
        events=(e.CampaignCreated,),
        fold=fold_founding,
        keys=lambda _sheet, fact, _event: ((fact.name,),),
    ),
)
KINDS = (StreamKind.WORKSPACE, StreamKind.CAMPAIGN)
VIEW = view_of(PARTS, *KINDS, name="published", version=2)


def _publish(sheet: Sheet, fact: Fact, event: e.Publication, *, version: str) -> None:
    rows = sheet.of(PUBLICATIONS)
    ((kind, name),) = _names(event)
    for former in rows.all():
        if (former.kind, former.name, former.replaced_by) == (kind, name, 0):
            rows.put(replace(former, replaced_by=event.w))
    rows.put(
        PublicationRow(
            w=event.w,
            kind=kind,
            name=name,
            version=version,
            published_at=fact.at,
            published_by=fact.actor,
            event=_encoded(event),
        )
    )


def _names(event: e.Event) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name under which a publication replaces another."""
    match event:
        case e.SequencePublished():
            yield SEQUENCE, event.sequence.name
        case e.RulesetPublished():
            yield RULESET, ""
        case e.MailboxPublished():
            yield MAILBOX, event.mailbox.name
        case e.SendingHeld() | e.SendingLifted():
            yield SENDING, ""
        case e.MailboxHeld(mailbox=mailbox) | e.MailboxLifted(mailbox=mailbox):
            yield MAILBOX_HOLD, mailbox
        case _:
            return


def _encoded(event: e.Event) -> str:
    return msgspec.json.encode(event).decode()
