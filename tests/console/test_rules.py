"""What a rule means, as people ask for it: with nothing running."""

import msgspec

from console.cli.exits import Exit
from engine.refusals import REFUSALS
from engine.rule_ids import RULES
from tests.console.homes import MemoryHome, typed


def ids_of(*words: str) -> dict[str, list[str]]:
    """Return the ids that a command line shows, as a program reads them."""
    document = msgspec.json.decode(typed(MemoryHome(), "rules", *words, "--json").out)
    return {kind: [row["id"] for row in rows] for kind, rows in document.items()}


class TestRules:
    def test_one_says_what_it_means_and_what_lifts_it(self) -> None:
        """Whoever is stopped by it wants to go on."""
        ran = typed(MemoryHome(), "rules", "window.holiday")

        assert RULES["window.holiday"].sentence in ran.out
        assert RULES["window.holiday"].lifted_by in ran.out

    def test_a_family_is_listed_whole(self) -> None:
        """Rules that are alike are told apart side by side."""
        assert ids_of("gap") == {"rules": ["gap.enrolment", "gap.person"], "refusals": []}

    def test_a_code_of_a_refusal_is_known_too(self) -> None:
        """Whoever is refused has a code in hand, and does not know that it is no rule."""
        assert ids_of("already_enrolled") == {"rules": [], "refusals": ["already_enrolled"]}

    def test_all_are_listed_without_a_name(self) -> None:
        """Nobody knows an id before having seen it."""
        assert ids_of() == {"rules": [*RULES], "refusals": [*REFUSALS]}

    def test_an_unknown_one_names_the_nearest(self) -> None:
        """Ids are typed by hand."""
        ran = typed(MemoryHome(), "rules", "windo.holidays")

        assert ran.exit is Exit.BAD_INPUT
        assert "did you mean window.holiday" in ran.err

    def test_one_unlike_all_others_says_where_the_list_is(self) -> None:
        """A guess far off would mislead."""
        ran = typed(MemoryHome(), "rules", "xyzzy")

        assert ran.err.endswith("got: xyzzy; `relance rules` lists them all\n")
