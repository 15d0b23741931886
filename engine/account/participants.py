"""Who takes part in an enrolment when nobody is named."""

from collections.abc import Mapping

from engine.account.state import Position
from engine.plan import Sequence
from engine.roles import KnownRole, RoleKind, plain, role_named
from engine.ruleset import Ruleset


def default_participants(
    people: Mapping[str, Position], plan: Sequence, ruleset: Ruleset, *, domain: str = ""
) -> dict[str, str]:
    """Return role to person: in each role of the plan whoever has it, first by id.

    Of several service heads the one of the domain (C04.1); one of another domain lives
    another problem, and is nobody's default.  Nobody who left or was stopped.  The élus come
    later, once there was an exchange: the hierarchy rule would refuse them now.
    """
    roles = addressed_roles(plan) - set(ruleset.hierarchy.elected_roles)
    found: dict[str, str] = {}
    for person, position in _in_order(people, domain):
        known = role_named(ruleset.known_roles, position.role)
        name = known.name if known is not None else position.role
        is_here = not (position.is_gone or position.stopped_by)
        if is_here and name in roles and not _is_elsewhere(position, known, domain):
            found.setdefault(name, person)
    return found


def addressed_roles(plan: Sequence) -> frozenset[str]:
    """Return the roles that a step of the plan addresses."""
    return frozenset(role.name for step in plan.steps for role in step.roles)


def _in_order(people: Mapping[str, Position], domain: str) -> list[tuple[str, Position]]:
    def place(known: tuple[str, Position]) -> tuple[bool, str]:
        person, position = known
        return bool(domain) and plain(position.domain) != plain(domain), person

    return sorted(people.items(), key=place)


def _is_elsewhere(position: Position, known: KnownRole | None, domain: str) -> bool:
    """Whether somebody heads the service of another domain."""
    is_head = known is not None and known.kind is RoleKind.SERVICE_HEAD
    differs = plain(position.domain) != plain(domain)
    return bool(is_head and domain and position.domain and differs)
