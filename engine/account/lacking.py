"""What an enrolment lacks when it begins: said at once, not on the day of the first step."""

from collections.abc import Mapping

from engine import events as e
from engine.account.content import available, step_of
from engine.account.state import Touch
from engine.account.stops import required_roles
from engine.account.turn import Turn
from engine.decision import Refused
from engine.refusals import RefusalCode
from engine.rule_ids import RuleId
from engine.variables import CONTENT_LINK, STEP_MARK, EngineVariable

COMES_BY_ITSELF = frozenset(
    {
        *(EngineVariable.NEXT_CALL, EngineVariable.LAST_EMAIL, EngineVariable.LAST_CALL),
        *(EngineVariable.AGREED_DAY, EngineVariable.PARTNER),
        *(EngineVariable.POINT_DATE, EngineVariable.POINT_OBJECT),
        EngineVariable.POINT_DELIVERABLE,
    }
)
"""Values that the plan or the past has by the time a message needs them."""

DISPENSABLE = frozenset(
    {
        *(RefusalCode.NO_CONTACT_POINT, RefusalCode.SUPPRESSED, RefusalCode.COOL_DOWN),
        RefusalCode.ALREADY_ENROLLED,
    }
)
"""What stands against one person and leaves the others of an account to be written to."""


def lacked(turn: Turn, number: int, left_out: Mapping[str, Refused]) -> Turn:
    """Note what an enrolment lacks; nothing where it lacks nothing.

    Args:
        turn: The decision in the making, the enrolment planned.
        number: The enrolment.
        left_out: What stood against people of optional roles.
    """
    enrolment = turn.state.enrolments[number]
    own = {n: touch for n, touch in turn.state.touches.items() if touch.enrolment == number}
    found = e.EnrolmentLacked(
        rule=RuleId.ENROL_LACKS,
        enrolment=number,
        roles=tuple(sorted(required_roles(turn, number) - enrolment.participants.keys())),
        values=_values(turn, own),
        points=_points(turn, own),
        left_out={role: refused.code.value for role, refused in sorted(left_out.items())},
    )
    is_complete = not (found.roles or found.values or found.points or found.left_out)
    return turn if is_complete else turn.then(found)


def _values(turn: Turn, touches: Mapping[int, Touch]) -> tuple[str, ...]:
    lacking: set[str] = set()
    for number, touch in touches.items():
        message = turn.sequence(touch.enrolment).messages.get(touch.message)
        if message is not None and touch.person:
            found = set(message.needs) - available(turn.state, turn.published, number)
            lacking |= {_named(name, turn, touch) for name in found}
    return tuple(sorted(lacking - COMES_BY_ITSELF))


def _named(name: str, turn: Turn, touch: Touch) -> str:
    """Return how somebody gives a value; a content is one step's."""
    if name != CONTENT_LINK:
        return name
    return f"{name}{STEP_MARK}{step_of(turn.sequence(touch.enrolment), touch)}"


def _points(turn: Turn, touches: Mapping[int, Touch]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                f"{touch.role}: {touch.channel.value}"
                for touch in touches.values()
                if touch.person
                and touch.channel.needs_point
                and not turn.state.people[touch.person].live_points(touch.channel)
            }
        )
    )
