"""Find to which contact point a touch goes, and from which sender identity."""

from engine.account import Account
from engine.account.state import Touch
from engine.requests import Mailbox
from engine.rule_ids import RuleId
from engine.rules import Stream
from engine.values import ContactPoint
from engine.workspace import Workspace

POINT_MISSING = RuleId.CONTACT_POINT_MISSING
SENDER_MISSING = RuleId.MAILBOX_MISSING


def sender_of(published: Workspace) -> Mailbox | None:
    """Return the workspace's sender identity; None while none is published."""
    return next(iter(published.mailboxes.values()), None)


def touch_of(stream: Stream, number: int) -> Touch | None:
    """Return a touch that is not over; None otherwise."""
    return stream.state.touches.get(number) if isinstance(stream.state, Account) else None


def point_of(stream: Stream, touch: Touch | None) -> ContactPoint | None:
    """Return the contact point at which a touch reaches its person.

    The first of the touch's channel that is not known to be wrong; None for a person
    without any, or a touch that is over.
    """
    if touch is None or not isinstance(stream.state, Account):
        return None
    position = stream.state.people.get(touch.person)
    if position is None:
        return None
    return next(iter(position.live_points(touch.channel)), None)
