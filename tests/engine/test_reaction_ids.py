"""No two reactions of an event share an id: the second would pass for a repeat of the first."""

from datetime import date, datetime
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings
from msgspec import Raw

from engine import events
from engine.account import Account
from engine.account.state import Position
from engine.decision import Body, Events
from engine.ids import StreamId
from engine.reactions import lane_of, person_reactions, reactions
from tests.engine.account.story import MONDAY, at, points

NAMES = ("a", "b", "a/b", "")
"""Few, so that people share addresses and accounts; one that reads like two."""

STREAMS = ("account:a", "campaign:a", "contact_point:a", "person:a", "workspace")


def values(kind: object) -> st.SearchStrategy[Any]:
    """Return what draws values of a type from very few."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _structs(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(values(arguments[0]), max_size=3).map(tuple)
        return st.tuples(*map(values, arguments))
    if origin is dict:
        return st.just({})
    if hasattr(kind, "__metadata__"):
        return values(arguments[0])
    if arguments:
        return st.one_of(*map(values, arguments))
    return _PLAIN.get(kind, st.none())


def _structs(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    if kind.__name__ in ("Ruleset", "Sequence", "Mailbox", "PointTerms"):
        return st.none()  # no reaction looks into it
    hints = get_type_hints(kind)
    return st.builds(kind, **{name: values(hints[name]) for name in kind.__struct_fields__})


_PLAIN: dict[object, st.SearchStrategy[Any]] = {
    str: st.sampled_from([*NAMES, "objection", "bounce"]),
    int: st.sampled_from([0, 1, 2]),
    bool: st.booleans(),
    date: st.just(MONDAY),
    datetime: st.just(at(MONDAY)),
}
KINDS = get_args(events.Event)
STATE = Account(
    people={
        name: Position(role="dgs", points=(*points("x"), *points("x"), *points(name)))
        for name in NAMES
    }
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=40)
@given(data=st.data())
def test_of_any_event_have_ids_of_their_own(kind: type[events.Event], data: st.DataObject) -> None:
    """Two people who share an address were one to the account that should stop both."""
    several = st.lists(values(kind), min_size=1, max_size=2).map(tuple)
    stream = StreamId(data.draw(st.sampled_from(STREAMS)))
    body = Body(
        stream=stream,
        version=1,
        at=at(MONDAY),
        input=Raw(b"{}"),
        outcome=Events(events=data.draw(several)),
    )

    raised = [*reactions(body, None, STATE), *person_reactions(body, None, STATE)]

    ids = [item.id for item in raised]
    assert len(ids) == len(set(ids))
    assert {lane_of(item) for item in raised} <= {"express", "bulk"}
