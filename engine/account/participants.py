"""Who takes part in an enrolment when nobody is named."""

from collections.abc import Mapping

from engine.account.state import Position
from engine.plan import Sequence
from engine.ruleset import Ruleset


def default_participants(
    people: Mapping[str, Position], plan: Sequence, ruleset: Ruleset
) -> dict[str, str]:
    """Return role to person: in each role of the plan whoever has it, first by id.

    Nobody who left or was stopped.  The élus come later, once there was an exchange: the
    hierarchy rule would refuse them now.
    """
    roles = addressed_roles(plan) - set(ruleset.hierarchy.elected_roles)
    found: dict[str, str] = {}
    for person, position in sorted(people.items()):
        is_here = not (position.is_gone or position.stopped_by)
        if is_here and position.role in roles:
            found.setdefault(position.role, person)
    return found


def addressed_roles(plan: Sequence) -> frozenset[str]:
    """Return the roles that a step of the plan addresses."""
    return frozenset(role.name for step in plan.steps for role in step.roles)
