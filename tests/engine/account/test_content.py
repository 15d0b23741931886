"""Which values a message can have: compared by name, before anything is rendered."""

from datetime import date

from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.content import available, missing, partner_of
from engine.account.state import AgreedMeeting
from engine.account.turn import Turn
from engine.ids import InputId
from engine.inputs import Input
from engine.variables import CONTENT_LINK, MEANINGS, EngineVariable
from tests.engine.account.story import (
    DGS,
    DSI,
    HEAD,
    NIORT,
    VALUES,
    Story,
    at,
    by_hand,
    sealed,
    thirty_days,
)


def test_every_variable_of_the_engine_has_a_meaning() -> None:
    """Whoever writes a text reads there what a name stands for."""
    assert set(MEANINGS) == set(EngineVariable)


def turn_of(story: Story) -> Turn:
    """Return a decision in the making, now."""
    item = Input(
        id=InputId("x"),
        stream=NIORT,
        at=story.now,
        actor="ana",
        source="test",
        request=r.RecordReply(),
    )
    return Turn(input=item, state=story.state, published=story.published, at=story.now)


class TestContent:
    def test_comes_from_the_mailbox_too(self) -> None:
        """Who writes, and from where, is the mailbox's to say; empty values say nothing."""
        story = Story().enrolled(HEAD)
        box = r.Mailbox(
            name="ana",
            domain="a.example",
            fields=(sealed("ana", "sender_name"), sealed("ana", "address")),
            values={"societe": "Relance", "adresse_postale": ""},
        )
        story.published = replace(story.published, mailboxes={"ana": box})
        story.ask(r.SetValues(values=dict.fromkeys(VALUES, "")))

        names = available(story.state, story.published, 1)

        assert names >= {"expediteur", "societe"}
        assert not names & {"adresse_postale", "telephone", ""}

    def test_of_a_message_nobody_wrote_lacks_nothing(self) -> None:
        """A draft's steps have no texts yet."""
        story = Story(replace(thirty_days(), messages={})).enrolled(HEAD)

        assert missing(turn_of(story), 1) == ()

    def test_names_the_day_of_an_agreed_meeting(self) -> None:
        """« Nous nous voyons jeudi » can be said once there is a Thursday."""
        story = Story().enrolled(HEAD)
        before = available(story.state, story.published, 1)

        meetings = {HEAD: AgreedMeeting(at=at("2027-01-29"), over_before=0)}
        enrolment = replace(story.state.enrolments[1], meetings=meetings)
        met = replace(story.state, enrolments={1: enrolment})

        assert available(met, story.published, 1) - before == {"jour_convenu"}


def test_the_partner_is_who_was_heard_last() -> None:
    """A message to the DAF names the colleague it follows from."""
    story = Story().enrolled(HEAD, DGS)
    nobody = partner_of(story.state, story.state.enrolments[1])
    story.ask(r.RecordReply(person=HEAD))
    story.ask(r.RecordReply(person=DGS), when=at("2027-01-12"))

    partner = partner_of(story.state, story.state.enrolments[1])

    assert nobody is None
    assert partner is not None
    assert partner.role == DGS


class TestContentOfSteps:
    def written_to(self, **links: str) -> Story:
        """Return an account whose DSI had two e-mails planned, with these contents alone."""
        story = Story().enrolled(HEAD, DSI)
        none = {name: "" for name in VALUES if name.startswith(CONTENT_LINK)}
        story.ask(r.SetValues(values=none | links))
        return story.run_until(at("2027-02-15"))

    def test_no_content_goes_to_a_person_twice(self) -> None:
        """The technical file and the report were one link: the DSI got it twice."""
        story = self.written_to(lien_contenu="https://a.example/1")

        assert {event.missing for event in story.of(e.TouchBlocked)} == {("lien_contenu@1.10",)}
        assert steps_written(story, DSI) == ["1.7"]
        assert steps_written(story, HEAD) == ["1.3", "1.10"]

    def test_a_content_sent_by_hand_is_not_sent_again_by_its_step(self) -> None:
        """The head of service got the report on a Thursday, and once more twelve days later."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-20"))
        story.ask(by_hand(HEAD, date(2027, 1, 21)))

        story.run_until(at("2027-02-15"))

        assert {event.missing for event in story.of(e.TouchBlocked)} == {("lien_contenu@1.10",)}
        assert steps_written(story, HEAD) == ["1.3", ""]

    def test_each_step_has_its_own(self) -> None:
        """A value with a step is for that step alone, and wins there."""
        links = {"lien_contenu": "https://a.example/1", "lien_contenu@1.7": "https://a.example/2"}

        story = self.written_to(**links)

        assert story.of(e.TouchBlocked) == []
        assert steps_written(story, DSI) == ["1.7", "1.10"]


def steps_written(story: Story, person: str) -> list[str]:
    """Return the steps whose message went to a person, in order."""
    planned = {event.touch: event for event in story.of(e.TouchPlanned)}
    sent = [planned[event.touch] for event in story.of(e.TouchSettled)]
    return [touch.step for touch in sent if touch.person == person]
