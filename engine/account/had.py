"""What people have had of an enrolment, as long as its contacts are remembered."""

from engine.account.state import Account, PastContact, Touch
from engine.plan import AnchorKind


def has_had(state: Account, number: int, touch: Touch) -> bool:
    """Whether the person had a step's message already, or the step in another of its roles.

    Somebody else may have had the role meanwhile, and begun it anew.  What is counted from a
    meeting belongs to each meeting.
    """
    is_sent_once = touch.channel.is_automatic and touch.slot.asked.anchor != AnchorKind.MEETING
    return touch.is_contact and any(
        contact.role != touch.role or (is_sent_once and contact.touch != number)
        for contact in _contacts_of(state, touch.enrolment, touch.step)
        if contact.person == touch.person
    )


def took_place(state: Account, number: int, steps: tuple[str, ...]) -> bool:
    """Whether a step reached a participant before somebody else had the role, and lost it again."""
    people = set(state.enrolments[number].participants.values())
    return any(
        contact.person in people for step in steps for contact in _contacts_of(state, number, step)
    )


def _contacts_of(state: Account, number: int, step: str) -> tuple[PastContact, ...]:
    return tuple(
        contact
        for contact in state.contacted
        if (contact.enrolment, contact.step) == (number, step)
    )
