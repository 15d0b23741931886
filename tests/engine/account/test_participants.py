"""Who takes part when nobody is named."""

import pytest

from engine.account.participants import default_participants
from engine.account.state import Position
from tests.engine.account.story import DAF, DGS, ELU, HEAD, french_rules, thirty_days


def chosen(**people: Position) -> dict[str, str]:
    """Return who takes part in the thirty days, of these people by id."""
    return default_participants(people, thirty_days(), french_rules())


class TestDefaultParticipants:
    def test_are_whoever_has_a_role_of_the_plan(self) -> None:
        """Most enrolments name nobody: the account knows who is who."""
        assert chosen(a=Position(role=HEAD), b=Position(role=DGS)) == {HEAD: "a", DGS: "b"}

    def test_leave_out_a_role_that_no_step_addresses(self) -> None:
        """Enrolled, such a role would be refused."""
        assert chosen(a=Position(role="jardinier")) == {}

    def test_are_the_first_by_id_where_two_share_a_role(self) -> None:
        """The same people give the same enrolment, in whatever order they became known."""
        people = {"b": Position(role=DGS), "a": Position(role=DGS)}

        assert default_participants(people, thirty_days(), french_rules()) == {DGS: "a"}

    def test_leave_the_elected_for_later(self) -> None:
        """The hierarchy rule refuses them until somebody of the services had an exchange."""
        assert chosen(a=Position(role=ELU), b=Position(role=DAF)) == {DAF: "b"}

    @pytest.mark.parametrize(
        "position",
        [Position(role=DGS, is_gone=True), Position(role=DGS, stopped_by="objection")],
        ids=["gone", "stopped"],
    )
    def test_are_nobody_who_left_or_was_stopped(self, position: Position) -> None:
        """Next in line is who can be written to."""
        assert chosen(a=position, b=Position(role=DGS)) == {DGS: "b"}

    @pytest.mark.capability("C04.1")
    def test_begin_with_the_head_of_the_domain(self) -> None:
        """C04.1: the first touch goes to the service that lives the problem."""
        people = {
            "a": Position(role=HEAD, domain="voirie"),
            "b": Position(role=HEAD),
            "c": Position(role=HEAD, domain="éducation"),
        }

        def first(*known: str) -> dict[str, str]:
            chosen = {name: people[name] for name in known}
            return default_participants(chosen, thirty_days(), french_rules(), domain="education")

        assert first("a", "b", "c") == {HEAD: "c"}
        assert first("a", "b") == {HEAD: "b"}
        assert first("a") == {}

    def test_know_a_role_by_its_other_names(self) -> None:
        """Older accounts have people under whatever was typed."""
        assert chosen(a=Position(role="Directrice générale des services")) == {DGS: "a"}
