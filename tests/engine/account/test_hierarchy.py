"""The elected come after the service: who is asked for too early waits."""

from datetime import date

from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.decision import Events, Refused
from engine.refusals import RefusalCode
from engine.rule_ids import RuleId
from engine.values import Channel
from tests.engine.account.story import DGS, ELU, HEAD, Story, at


class TestHierarchy:
    def test_keeps_the_elected_for_after_an_exchange(self) -> None:
        """A touch to the élu asked for too early is refused; after an exchange it is not."""
        story = Story().enrolled(HEAD).with_people(ELU).run_until(at("2027-01-21", 10))
        order = r.AddTouch(
            enrolment=1, person=ELU, channel=Channel.CALL, on=date(2027, 1, 28), reason="mandat"
        )

        early = story.ask(order)
        story.ask(r.RecordReply(person=HEAD))

        assert isinstance(early, Refused)
        assert early.code is RefusalCode.HIERARCHY
        assert isinstance(story.ask(order), Events)

    def test_looks_at_the_role_a_person_has_by_the_rules_in_force(self) -> None:
        """New rules may count a role among the elected after somebody was enrolled."""
        story = Story().with_people(HEAD, DGS)
        story.ask(replace(story.enrol(HEAD), participants={HEAD: DGS}))
        ruleset = story.published.ruleset
        assert ruleset is not None
        hierarchy = replace(ruleset.hierarchy, elected_roles=(DGS,))
        story.published = replace(story.published, ruleset=replace(ruleset, hierarchy=hierarchy))

        story.run_until(at("2027-01-21", 10))

        assert set(story.rules_of(e.TouchSkipped)) == {RuleId.HIERARCHY_ELECTED}

    def test_can_be_overridden_with_a_reason_that_stays(self) -> None:
        """The exception is audited, not impossible."""
        story = Story().enrolled(HEAD).with_people(ELU)

        story.ask(
            r.AddTouch(
                enrolment=1,
                person=ELU,
                channel=Channel.CALL,
                on=date(2027, 1, 28),
                reason="mandat",
                override_reason="the mayor asked us",
            )
        )

        (planned,) = [event for event in story.of(e.TouchPlanned) if event.person == ELU]
        assert (planned.rule, planned.reason) == ("hierarchy.overridden", "the mayor asked us")
