"""The elected come after the service: who is asked for too early waits."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.decision import Events, Refused
from engine.refusals import RefusalCode
from engine.rule_ids import RuleId
from engine.ruleset import EXCHANGE_DAYS
from engine.values import Channel
from tests.engine.account.story import DGS, ELU, HEAD, Story, at, code_of, points


class TestHierarchy:
    @pytest.mark.capability("C04.2")
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

    @pytest.mark.capability("C04.2")
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

    def test_knows_the_elected_by_their_other_names(self) -> None:
        """C04.2: a mayor was mailed before the service head, and could pass as DGS."""
        story = Story().with_people(HEAD)
        story.ask(r.AddPerson(person="m", role="maire", points=points("m")))

        direct = story.ask(replace(story.enrol(HEAD), participants={"maire": "m"}))
        passing = story.ask(replace(story.enrol(HEAD), participants={DGS: "m"}))

        assert story.state.people["m"].role == ELU
        assert [code_of(direct), code_of(passing)] == [RefusalCode.HIERARCHY] * 2

    def test_knows_them_in_an_older_log_too(self) -> None:
        """Older decisions kept whatever name was typed."""
        story = Story().enrolled(HEAD, DGS)
        mayor = replace(story.state.people[DGS], role="maire")
        older = replace(story.state, people=story.state.people | {DGS: mayor})
        story.stream = replace(story.stream, state=older)

        story.run_until(at("2027-01-23"))

        assert RuleId.HIERARCHY_ELECTED in story.rules_of(e.TouchSkipped)


@pytest.mark.capability("C04.2")
class TestDomain:
    @pytest.mark.parametrize(
        ("spoken_to", "code"),
        [("education", None), ("voirie", RefusalCode.HIERARCHY), ("", RefusalCode.HIERARCHY)],
    )
    def test_opens_the_way_to_the_elected(self, spoken_to: str, code: RefusalCode | None) -> None:
        """C04.2: the head of roads cannot speak for schools, where a head of schools is known."""
        story = heads("education", "voirie", "")
        story.ask(r.RecordReply(person=f"head-{spoken_to}"))

        outcome = story.ask(story.enrol(ELU))

        assert (code_of(outcome) if isinstance(outcome, Refused) else None) is code

    def test_that_nobody_told_may_be_the_right_one(self) -> None:
        """Older accounts tell no domain, and an exchange with their service head counts."""
        story = heads("", "voirie")
        story.ask(r.RecordReply(person="head-"))

        assert isinstance(story.ask(story.enrol(ELU)), Events)

    def test_is_compared_as_people_write(self) -> None:
        """« Éducation » is education."""
        story = heads("Éducation")
        story.ask(r.RecordReply(person="head-Éducation"))

        assert isinstance(story.ask(story.enrol(ELU)), Events)

    def test_of_long_ago_opens_nothing(self) -> None:
        """C04.2: a recent exchange; who was spoken to a year ago may have left."""
        story = heads("education")
        story.ask(r.RecordReply(person="head-education"))

        outcome = story.ask(story.enrol(ELU), when=story.now + timedelta(days=EXCHANGE_DAYS))

        assert code_of(outcome) is RefusalCode.HIERARCHY


def heads(*domains: str) -> Story:
    """Return an account with an élu, and a service head of each domain."""
    story = Story().with_people(ELU)
    for domain in domains:
        person = f"head-{domain}"
        story.ask(r.AddPerson(person=person, role=HEAD, domain=domain, points=points(person)))
    return story
