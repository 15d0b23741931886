"""The values of a message come from the real plan and the real past of the person."""

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from engine.account.content import partner_of
from engine.account.state import Account, AgreedMeeting, PastContact, Position, Touch, TouchStatus
from engine.plan import Message
from engine.values import Channel, NextPoint
from infra.mail.message_values import (
    Links,
    MessageOccasion,
    clear_fields,
    to_open,
    values,
)
from infra.vault.key_vault import KeyVault
from sequences.render import MessageValue
from tests.infra.touching import examples
from tests.infra.touching.examples import AT, NIORT

LINKS = Links(
    by_mail="mailto:camille.martin@editeur.example",
    unsubscribe="https://relance.example/stop/t",
    data="https://relance.example/d/t",
)
NAMES = (
    *("civilite_nom", "fonction", "organisation", "type_organisation", "expediteur", "societe"),
    *("telephone", "source_contact", "jour_prochain_appel", "jour_dernier_email", "sujet"),
    *("jour_dernier_appel", "jour_convenu", "jalon_date", "jalon_objet", "jalon_livrable"),
    *("lien_opposition", "lien_donnees", "contact_donnees", "interlocuteur", "is_first_message"),
)
ADDRESS = "aurelie.perrin@ville.example"


async def occasion(vault: KeyVault) -> MessageOccasion:
    """Return the first message to one person; a test states what differs."""
    person = await examples.position(vault, person="p-1", address=ADDRESS)
    touch = examples.touch()
    stream = examples.account({"p-1": person}, touch)
    box = await examples.mailbox(vault)
    assert isinstance(stream.state, Account)
    return MessageOccasion(
        stream=NIORT,
        number=1,
        state=stream.state,
        published=examples.published(box),
        touch=touch,
        enrolment=stream.state.enrolments[1],
        position=person,
        point=person.points[0],
        mailbox=box,
        message=Message(body="", may_use=NAMES),
        at=AT,
    )


async def written(vault: KeyVault, one: MessageOccasion) -> dict[str, MessageValue]:
    """Return the values of an occasion, its fields opened."""
    sealed = list(to_open(one))
    texts = {field: str(text) for field, text in zip(sealed, await vault.open(sealed), strict=True)}
    return values(one, clear_fields(one, texts), LINKS)


def changed(one: MessageOccasion, **changes: object) -> MessageOccasion:
    """Return an occasion whose account differs."""
    return with_(one, state=replace(one.state, **changes))


def with_(one: MessageOccasion, **changes: object) -> MessageOccasion:
    """Return an occasion that differs."""
    return dataclasses.replace(one, **changes)  # type: ignore[arg-type]  # any field


def call(at: datetime, status: TouchStatus = TouchStatus.PLANNED, person: str = "p-1") -> Touch:
    """Return a call planned for a day."""
    touch = examples.touch(at=at, person=person)
    return replace(touch, channel=Channel.CALL, status=status)


def contact(days: int, channel: Channel, *, touch: int = 9, person: str = "p-1") -> PastContact:
    """Return a contact that took place so many days ago."""
    at = AT - timedelta(days=days)
    return PastContact(
        at=at,
        on=at.date(),
        person=person,
        role="responsable_service",
        channel=channel,
        enrolment=1,
        touch=touch,
    )


class TestPeople:
    async def test_are_named_as_they_were_entered(self, vault: KeyVault) -> None:
        """Nothing personal is made up or shortened."""
        found = await written(vault, await occasion(vault))

        assert found["civilite_nom"] == "Madame Perrin"
        assert found["fonction"] == "responsable du service éducation"
        assert found["expediteur"] == "Camille Martin"
        assert found["contact_donnees"] == "donnees@editeur.example"
        assert found["is_first_message"] is True

    async def test_written_to_before_get_no_first_message(self, vault: KeyVault) -> None:
        """The information on data goes with the first message only."""
        one = await occasion(vault)
        again = with_(one, position=replace(one.position, written_at=AT))

        assert (await written(vault, again))["is_first_message"] is False

    async def test_met_last_are_the_partner(self, vault: KeyVault) -> None:
        """« À la suite de notre échange avec… » names the right person."""
        one = await occasion(vault)
        met = replace(
            await examples.position(vault, person="p-2", address="b@ville.example"),
            exchanged_at=AT,
        )
        people: dict[str, Position] = {**one.state.people, "p-2": met}
        enrolment = replace(one.enrolment, participants={"dgs": "p-2", "dsi": "p-1"})
        with_two = with_(changed(one, people=people), enrolment=enrolment)

        assert partner_of(one.state, one.enrolment) is None
        assert partner_of(with_two.state, with_two.enrolment) == met
        assert (await written(vault, with_two))["interlocuteur"] == "Madame Perrin"


class TestOrganisation:
    async def test_keeps_its_article(self, vault: KeyVault) -> None:
        """Contractions need it, and nobody guesses a gender."""
        found = await written(vault, await occasion(vault))

        assert (found["organisation"], found["type_organisation"]) == (
            "la Ville de Niort",
            "commune",
        )


class TestDays:
    async def test_come_from_the_persons_own_plan(self, vault: KeyVault) -> None:
        """The next call is the earliest still to come, and not a colleague's."""
        one = await occasion(vault)
        touches = {
            1: one.touch,
            2: call(AT + timedelta(days=2)),
            3: call(AT + timedelta(days=7)),
            4: call(AT + timedelta(days=1), person="p-2"),
            5: call(AT + timedelta(days=1), TouchStatus.BLOCKED),
        }

        found = await written(vault, changed(one, touches=touches))

        assert found["jour_prochain_appel"] == "jeudi"

    async def test_of_the_past_leave_the_present_attempt_out(self, vault: KeyVault) -> None:
        """The e-mail being written is counted as a contact, but is not « the last one »."""
        one = await occasion(vault)
        past = (
            contact(4, Channel.EMAIL),
            contact(1, Channel.CALL),
            contact(0, Channel.EMAIL, touch=1),
            contact(1, Channel.EMAIL, person="p-2"),
        )

        found = await written(vault, changed(one, contacted=past))

        assert found["jour_dernier_email"] == "vendredi"
        assert found["jour_dernier_appel"] == "lundi"

    async def test_that_do_not_exist_are_left_out(self, vault: KeyVault) -> None:
        """A value that is not there must stop the message, not read « »."""
        found = await written(vault, await occasion(vault))

        assert not found.keys() & {"jour_prochain_appel", "jour_dernier_email", "jour_convenu"}

    async def test_agreed_are_those_of_the_accounts_calendar(self, vault: KeyVault) -> None:
        """Late in the evening UTC it is tomorrow in Niort."""
        one = await occasion(vault)
        meeting_at = datetime(2027, 1, 21, 23, 30, tzinfo=UTC)
        meetings = {"somebody": AgreedMeeting(at=meeting_at, over_before=0)}
        agreed = with_(one, enrolment=replace(one.enrolment, meetings=meetings))

        assert (await written(vault, agreed))["jour_convenu"] == "vendredi"


class TestPoint:
    async def test_is_the_accounts_where_the_enrolment_has_none(self, vault: KeyVault) -> None:
        """A milestone fixed by hand is what the next message speaks of."""
        one = changed(
            await occasion(vault),
            milestone=NextPoint(date(2027, 4, 29), "point après le vote", "estimatif sur 3 ans"),
        )

        found = await written(vault, one)

        assert found["jalon_date"] == "29 avril 2027"
        assert found["jalon_livrable"] == "estimatif sur 3 ans"


class TestGiven:
    @pytest.mark.parametrize("name", ["societe", "sujet"])
    async def test_values_are_used(self, vault: KeyVault, name: str) -> None:
        """What a campaign or a mailbox supplies reaches the text."""
        assert (await written(vault, await occasion(vault)))[name]

    async def test_of_the_enrolment_win_over_the_accounts(self, vault: KeyVault) -> None:
        """The nearer value is the truer one."""
        one = changed(await occasion(vault), values={"sujet": "cantines"})

        assert (await written(vault, one))["sujet"] == "inscriptions périscolaires"

    async def test_never_replace_what_the_engine_knows(self, vault: KeyVault) -> None:
        """An objection link that somebody typed would stop nobody."""
        one = changed(
            await occasion(vault), values={"lien_opposition": "https://elsewhere.example"}
        )

        assert (await written(vault, one))["lien_opposition"] == LINKS.unsubscribe
