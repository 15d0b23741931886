"""What an objection covers, and when a recording error may be lifted.

Recorded for the person, it holds wherever he or she stands, and for each address that is
the person's own; recorded for an address, for that address.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from engine.decision import Refused
from engine.ids import StreamId, StreamKind, stream_id
from engine.inputs import REACTOR, Input
from engine.refusals import RefusalCode
from engine.requests import (
    LiftObjection,
    RecordObjection,
    RecordPersonObjection,
)
from engine.rule_ids import RuleId

LIFTABLE_FOR = timedelta(days=7)
"""How long a recording error may be lifted: a week brings the next working day, and the
colleague who wonders why a call is gone.  What has stood longer is taken at its word."""


def against_lifting(
    item: Input, request: LiftObjection, *, objected_at: datetime, is_first_hand: bool, at: datetime
) -> Refused | None:
    """Return why an objection cannot be lifted; None if it can be a recording error.

    What follows from a lift elsewhere needs no reason of its own.
    """
    rule = RuleId.EXIT_OBJECTION
    if is_first_hand or at > objected_at + LIFTABLE_FOR:
        return Refused(code=RefusalCode.OBJECTION_STANDS, rule=rule)
    if request.reason is None and item.source != REACTOR:
        return Refused(code=RefusalCode.REASON_REQUIRED, rule=rule)
    return None


def of_person(
    person: str, *, account: str = "", touch: int = 0
) -> tuple[StreamId, RecordPersonObjection]:
    """Return what is told to a person's stream.

    Args:
        person: Who objects.
        account: Where it was heard.
        touch: What it answers, if anything.
    """
    request = RecordPersonObjection(account=account, touch=touch)
    return stream_id(StreamKind.PERSON, person), request


def of_points(
    tags: Iterable[str], *, account: str = "", person: str = "", touch: int = 0
) -> tuple[tuple[StreamId, RecordObjection], ...]:
    """Return what is told to each contact point that was named, once.

    Args:
        tags: The points named.
        account: Where it was heard; empty for an address of which no account is known.
        person: Who said it, if known.
        touch: What it answers, if anything.
    """
    report = RecordObjection(account=account, person=person, touch=touch)
    return tuple((stream_id(StreamKind.CONTACT_POINT, tag), report) for tag in dict.fromkeys(tags))
