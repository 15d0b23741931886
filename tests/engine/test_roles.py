"""Roles are a closed list; each goes by several names, and no name by two."""

from collections import Counter

import pytest
from msgspec import Raw
from msgspec.structs import replace

from engine import requests as r
from engine import rules
from engine.decision import Events, Outcome, Refused
from engine.ids import WORKSPACE, InputId
from engine.inputs import Input
from engine.plan import Role, Sequence
from engine.refusals import RefusalCode
from engine.roles import ROLES, KnownRole, RoleKind, plain, role_named, told_apart
from engine.wire import encode_input
from engine.workspace import Workspace
from sequences.catalogue import library_names
from sequences.hashing import sequence_hash
from tests.engine.account.story import MONDAY, at, french_rules, library_sequence, thirty_days


def published(sequence: Sequence, *, roles: tuple[KnownRole, ...] = ROLES) -> Outcome:
    """Return what the workspace makes of a sequence under a list of roles."""
    state = Workspace(ruleset=replace(french_rules(), roles=roles))
    request = r.PublishSequence(hash=sequence_hash(sequence), sequence=sequence)
    item = Input(
        id=InputId("publish"), stream=WORKSPACE, at=at(MONDAY), actor="a", source="t",
        request=request,
    )  # fmt: skip
    stream = replace(rules.new(WORKSPACE), state=state)
    return rules.decide(stream, state, item, Raw(encode_input(item))).outcome


def addressing(name: str) -> Sequence:
    """Return the thirty days, their first e-mail for a role of a name."""
    plan = thirty_days()
    steps = list(plan.steps)
    index = next(n for n, step in enumerate(steps) if step.id == "1.3")
    steps[index] = replace(steps[index], roles=(Role(name, is_required=True),))
    return replace(plan, steps=tuple(steps))


class TestNames:
    def test_mean_one_role_each(self) -> None:
        """An alias of two roles would be whichever stands first."""
        names = Counter(name for role in ROLES for name in (role.name, *role.aliases))

        assert not [name for name, count in names.items() if count > 1]

    def test_are_written_as_they_are_compared(self) -> None:
        """An alias with an accent would never be found."""
        assert all(plain(name) == name for role in ROLES for name in role.aliases)

    @pytest.mark.parametrize("text", ["maire", "Maire", "Vice-présidente", "adjoint à l'éducation"])
    def test_of_an_office_mean_an_elected_official(self, text: str) -> None:
        """`--role maire` was taken as it stood, and mailed before the service head."""
        role = role_named(ROLES, text)

        assert role is not None
        assert role.kind is RoleKind.ELECTED

    @pytest.mark.parametrize("text", ["jardinier", "", "dg", "responsables"])
    def test_that_nobody_knows_mean_nothing(self, text: str) -> None:
        """A guess would address somebody else."""
        assert role_named(ROLES, text) is None

    def test_that_are_nearly_right_are_told(self) -> None:
        """A slip is mended faster than a list is read."""
        assert told_apart(ROLES, "DGSS").startswith("nearest: dgs; known: achats, daf")


class TestPublishing:
    @pytest.mark.parametrize("name", library_names())
    def test_takes_the_library(self, name: str) -> None:
        """What comes with Relance can be published under the rules that come with it."""
        complete = replace(library_sequence(name), is_draft=False)

        assert isinstance(published(complete), Events)

    def test_of_a_sequence_for_an_unknown_role_is_refused(self) -> None:
        """Nobody could ever be given it: the steps would be skipped in every account."""
        outcome = published(addressing("responsable_sevice"))

        assert isinstance(outcome, Refused)
        assert outcome.code is RefusalCode.UNKNOWN_ROLE
        assert outcome.detail.startswith("step 1.3: nearest: responsable_service;")

    def test_of_an_own_role_takes_an_own_list(self) -> None:
        """The list is the ruleset's."""
        own = (*ROLES, KnownRole("bibliothecaire", RoleKind.SERVICE_HEAD, domain="culture"))

        assert isinstance(published(addressing("bibliothecaire"), roles=own), Events)
