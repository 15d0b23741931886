"""Who takes a role over begins at its first step: nothing that somebody else was told counts."""

from datetime import timedelta

from engine import events as e
from engine.account.ground import anchors_of, terms_of
from engine.account.planning import days_between
from engine.account.turn import Turn
from engine.cadence import calendars_at
from engine.cadence.shape import later_by
from engine.cadence.starting import first_asked_on
from engine.plan import Step
from engine.rule_ids import RuleId


def steps_anew(turn: Turn, number: int, role: str) -> tuple[str, ...]:
    """Return the ids of the steps that begin again for a role's next person.

    They are those that no other role with a person has; none where nothing of the role is
    over yet.
    """
    enrolment = turn.state.enrolments[number]
    if not any(key.endswith(f"@{role}") for key in enrolment.over):
        return ()
    others = {name for name, person in enrolment.participants.items() if person and name != role}
    addressed: dict[str, set[str]] = {}
    for step in turn.sequence(number).steps:
        addressed.setdefault(step.id, set()).update(known.name for known in step.roles)
    return tuple(
        step for step, roles in addressed.items() if role in roles and others.isdisjoint(roles)
    )


def begin_anew(turn: Turn, number: int, role: str, person: str) -> Turn:
    """Let a person's first step ask for the next day: the others keep their distance to it.

    What stands still goes on from the day on which it began to.
    """
    enrolment = turn.state.enrolments[number]
    calendars = calendars_at(turn.state.locality, turn.ruleset)
    steps = tuple(step for step in turn.sequence(number).steps if _is_for(step, role))
    if calendars is None or not steps:
        return turn
    asked_on = first_asked_on(
        steps,
        anchors=anchors_of(turn.state, enrolment, turn.sequence(number)),
        terms=terms_of(turn.state, number, turn.sequence(number), turn.at),
        calendars=calendars,
    )
    if asked_on is None:
        return turn
    stands = enrolment.stands.get("")
    from_on = turn.day_of(stands.since_at) if stands else turn.today
    first_on = later_by(asked_on, enrolment.stood_days_of(person), calendars=calendars)
    days = days_between(turn, first_on, from_on + timedelta(days=1))
    if not days:
        return turn
    shifted = e.EnrolmentShifted(
        rule=RuleId.ROLE_ANEW, enrolment=number, business_days=days, person=person
    )
    return turn.then(shifted)


def _is_for(step: Step, role: str) -> bool:
    return any(addressed.name == role for addressed in step.roles)
