"""Another ruleset: what it would move is shown, and only then it is put in force."""

from engine.requests import PlanAgain, PublishRuleset
from tests.console.examples import asked, niort
from tests.console.homes import MemoryHome, typed


class TestPublish:
    def test_with_preview_publishes_nothing(self) -> None:
        """Whoever only looks changes nothing."""
        home = MemoryHome()

        document = typed(home, "rulesets", "publish", "--preview", "--json").document

        assert asked(home) == []
        assert (document["ruleset"], document["changes"]) == ("fr-2026.11", [])

    def test_again_asks_no_account_that_goes_through_nothing(self) -> None:
        """A home without enrolments has nothing to plan again."""
        home = niort()

        document = typed(home, "rulesets", "publish", "--json").document

        kinds = {type(item.request) for item in asked(home)}
        assert PublishRuleset in kinds
        assert PlanAgain not in kinds
        assert document["moved_account_count"] == 0
