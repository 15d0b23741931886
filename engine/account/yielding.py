"""Which enrolment gives way to another: a sequence names the classes it yields to.

Prospecting ends, since the account goes over to the other; what is longer stands still and
goes on once the other has ended, at its distances.
"""

from engine import events as e
from engine.account.due import is_begun
from engine.account.ending import finish
from engine.account.holds import lift
from engine.account.state import Enrolment, Hold
from engine.account.turn import Turn
from engine.rule_ids import RuleId

PROSPECTING = "prospecting"


def yields(turn: Turn, number: int, sequence_class: str) -> bool:
    """Whether a running enrolment gives way to one of a class, or stands back already."""
    return sequence_class in turn.sequence(number).yields_to or _stands_back(turn, number)


def give_way(turn: Turn, number: int) -> Turn:
    """Let what yields to an enrolment that begins end, or stand still, if it meets it."""
    enrolment = turn.state.enrolments[number]
    for n, other in turn.running():
        if n != number and _gives_way(turn, n, other, to=enrolment):
            turn = _end_or_hold(turn, n, to=number)
    return turn


def come_forward(turn: Turn) -> Turn:
    """Let what stood back for an enrolment that has ended go on, or stand back for the next."""
    running = {str(number) for number, _ in turn.running()}
    for n, hold in tuple(turn.state.holds.items()):
        if _is_yielding(hold) and hold.reason not in running and n in turn.state.holds:
            turn = _stand_back_again(turn, hold.enrolment)
            turn = lift(turn, n, rule=RuleId.EXCLUSIVITY_YIELDS)
    return turn


def _end_or_hold(turn: Turn, number: int, *, to: int) -> Turn:
    rule = RuleId.EXCLUSIVITY_YIELDS
    if turn.state.enrolments[number].sequence_class == PROSPECTING:
        return finish(turn, number, reason="yields", rule=rule)
    return turn if _stands_back(turn, number) else _hold(turn, number, to=to)


def _stand_back_again(turn: Turn, number: int) -> Turn:
    """Hold an enrolment for another that began while it stood back, if one did."""
    running = dict(turn.running())
    for n, other in running.items():
        is_other = number in running and n != number and is_begun(other)
        if is_other and _gives_way(turn, number, running[number], to=other):
            return _hold(turn, number, to=n)
    return turn


def _hold(turn: Turn, number: int, *, to: int) -> Turn:
    return turn.then(
        e.HoldPlaced(
            rule=RuleId.EXCLUSIVITY_YIELDS,
            hold=turn.state.hold_count + 1,
            scope="enrolment",
            reason=str(to),
            enrolment=number,
        )
    )


def _gives_way(turn: Turn, number: int, enrolment: Enrolment, *, to: Enrolment) -> bool:
    return to.sequence_class in turn.sequence(number).yields_to and _meet(to, enrolment)


def _meet(enrolment: Enrolment, other: Enrolment) -> bool:
    """Whether two enrolments concern the same people, or the same offer."""
    people = set(enrolment.participants.values())
    is_same_offer = enrolment.about.offer == other.about.offer
    return is_same_offer or not people.isdisjoint(other.participants.values())


def _stands_back(turn: Turn, number: int) -> bool:
    holds = turn.state.holds.values()
    return any(_is_yielding(hold) and hold.enrolment == number for hold in holds)


def _is_yielding(hold: Hold) -> bool:
    return hold.rule == RuleId.EXCLUSIVITY_YIELDS
