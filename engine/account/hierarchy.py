"""Whom to approach before whom: the élus come after the service that lives the problem."""

from datetime import timedelta

from engine.account.state import Position
from engine.account.turn import Turn
from engine.roles import RoleKind, plain, role_named


def is_elected(turn: Turn, *roles: str) -> bool:
    """Whether the hierarchy rule guards one of these: a role asked for, a person's own."""
    listed = turn.ruleset.hierarchy.elected_roles
    return any(role in listed or _kind(turn, role) is RoleKind.ELECTED for role in roles)


def has_exchange(turn: Turn, domain: str) -> bool:
    """Whether the exchange that the hierarchy rule asks for took place, not too long ago.

    With a head of the same domain; where none is known to be, with one of whom no domain is
    known.  Without a domain, with any head.
    """
    heads = [
        position
        for position in turn.state.people.values()
        if _is_head(turn, position.role) and (not domain or is_of_domain(position, domain))
    ]
    same = [position for position in heads if position.domain]
    days = timedelta(days=turn.ruleset.hierarchy.recent_days)
    return any(
        position.exchanged_at is not None and position.exchanged_at > turn.at - days
        for position in (same if domain and same else heads)
    )


def is_of_domain(position: Position, domain: str) -> bool:
    """Whether a person may be the one who answers for a domain: nothing else is known."""
    return not position.domain or plain(position.domain) == plain(domain)


def _is_head(turn: Turn, role: str) -> bool:
    listed = turn.ruleset.hierarchy.elected_after_exchange_with
    return role in listed or _kind(turn, role) is RoleKind.SERVICE_HEAD


def _kind(turn: Turn, role: str) -> RoleKind | None:
    known = role_named(turn.ruleset.known_roles, role)  # older positions have any name
    return known.kind if known is not None else None
