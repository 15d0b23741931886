"""Which values a message can have: compared by name, before anything is rendered."""

from msgspec.structs import replace

from engine import requests as r
from engine.account.content import available, missing, partner_of
from engine.account.state import AgreedMeeting
from engine.account.turn import Turn
from engine.ids import InputId
from engine.inputs import Input
from engine.variables import MEANINGS, EngineVariable
from tests.engine.account.story import (
    DGS,
    HEAD,
    NIORT,
    VALUES,
    Story,
    at,
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
