"""Find to which address a touch goes, and from which mailbox."""

from engine.account import Account
from engine.account.state import Touch
from engine.requests import Mailbox
from engine.rule_ids import RuleId
from engine.rules import Stream
from engine.values import Channel, ContactPoint
from engine.workspace import Workspace

ADDRESS_MISSING = RuleId.CONTACT_POINT_MISSING
MAILBOX_MISSING = RuleId.MAILBOX_MISSING


def mailbox_of(published: Workspace) -> Mailbox | None:
    """Return the workspace's mailbox; None while none is published."""
    return next(iter(published.mailboxes.values()), None)


def address_of(stream: Stream, number: int) -> ContactPoint | None:
    """Return the address that a touch's person is written to.

    The first that is not known to be wrong; None for a person without any, or a touch
    that is over.
    """
    touch = touch_of(stream, number)
    if touch is None or not isinstance(stream.state, Account):
        return None
    position = stream.state.people.get(touch.person)
    if position is None:
        return None
    return next(iter(position.live_points(Channel.EMAIL)), None)


def touch_of(stream: Stream, number: int) -> Touch | None:
    """Return a touch that is not over; None otherwise."""
    return stream.state.touches.get(number) if isinstance(stream.state, Account) else None
