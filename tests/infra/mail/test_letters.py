"""Letters as they leave: what they say of how to object, with and without a page that answers."""

import email
import email.policy
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from email.message import EmailMessage

import pytest
from msgspec import structs

from engine.account import Account
from engine.free_texts import as_text
from engine.plan import Message
from engine.requests import Reach
from engine.values import NextPoint
from infra.clock import VirtualClock
from infra.mail.letters import Letters
from infra.touching.channel_ports import Parcel
from infra.touching.jobs import Job
from infra.touching.protocol import AttemptReport
from infra.vault.key_vault import KeyVault
from infra.vault.port import Item
from sequences.load import BLOCKS_FOLDER
from tests.infra.touching import examples
from tests.infra.touching.examples import AT, FROM, TAGGER, TENURE
from tests.infra.touching.stage import STATIONERY

FIRST = Message(
    subject="Les {{ sujet }}{% if signal %} et {{ signal }}{% endif %}",
    body="{{ absent }}",
    needs=("absent", "sujet"),
    may_use=("signal",),
)
LATER = Message(subject="Quatre pages", body="Bonjour,")
PAGE = "https://relance.example"
BLOCK = (BLOCKS_FOLDER / "bloc_opposition.md").read_text(encoding="utf-8")
ASKS = Message(subject="s", body=BLOCK, may_use=("lien_opposition",))
COUNTS_ON = Message(subject="s", body="{{ lien_opposition }}", needs=("lien_opposition",))


async def letter(
    vault: KeyVault, message: Message, public_url: str = PAGE
) -> tuple[EmailMessage, str]:
    """Return a message as it leaves a home, and its text."""
    return await written(vault, await job_of(vault, message), public_url)


async def job_of(vault: KeyVault, message: Message) -> Job:
    """Return an attempt to write one message to somebody."""
    person = await examples.position(vault, person="p-1", address="aurelie.perrin@ville.example")
    return Job(
        key=examples.key(),
        tenure=TENURE,
        state=examples.account({"p-1": person}, examples.touch()),
        published=examples.published(await examples.mailbox(vault), message),
        heard_seconds=0.0,
    )


async def following(vault: KeyVault, *, begins_thread: bool = False) -> Job:
    """Return an attempt to write to somebody who has had a message."""
    job = await job_of(vault, LATER)
    state = job.state.state
    assert isinstance(state, Account)
    thread = {"threads": {"p-1": ("<a@x>", "<b@x>")}, "opened_by": {"p-1": "first"}}
    enrolment = structs.replace(state.enrolments[1], **thread)
    touch = structs.replace(state.touches[1], begins_thread=begins_thread)
    state = structs.replace(state, enrolments={1: enrolment}, touches={1: touch})
    (sequence,) = job.published.sequences.values()
    messages = sequence.messages | {"first": FIRST}
    sequences = {"h1": structs.replace(sequence, messages=messages)}
    published = structs.replace(job.published, sequences=sequences)
    return replace(job, state=structs.replace(job.state, state=state), published=published)


async def sealed_texts(vault: KeyVault, texts: Mapping[str, str]) -> list[str]:
    """Return free texts as they stand in a state, in order."""
    items = [
        Item(subject="texts:account:x", input_id=name, field="value", text=text)
        for name, text in texts.items()
    ]
    return [as_text(sealed) for sealed in await vault.seal(items)]


async def written(vault: KeyVault, job: Job, public_url: str = PAGE) -> tuple[EmailMessage, str]:
    """Return the message of an attempt, and its text."""
    stationery = replace(STATIONERY, public_url=public_url)
    letters = Letters(vault, stationery, tagger=TAGGER, clock=VirtualClock(AT))
    job.reference = letters.reference(job)
    (parcel,) = (await letters.write([job])).values()
    assert isinstance(parcel, Parcel)
    read = email.message_from_bytes(parcel.content, policy=email.policy.default)
    return read, str(read.get_content())


async def test_a_page_that_answers_is_named_everywhere(vault: KeyVault) -> None:
    """One click where mail services know it, a link where people read."""
    headers, text = await letter(vault, ASKS, PAGE)

    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(headers["List-Unsubscribe"]).startswith(f"<{PAGE}/stop/")
    assert f"Vous pouvez aussi le dire ici\u00a0: {PAGE}/stop/" in text


async def test_without_a_page_no_link_leaves(vault: KeyVault) -> None:
    """A dead link is no way to object; an answer is."""
    headers, text = await letter(vault, ASKS, "")

    assert headers["List-Unsubscribe-Post"] is None
    token = re.fullmatch(rf"<mailto:{FROM}\?subject=stop%20([\w-]+)>", headers["List-Unsubscribe"])
    assert token
    assert "répondez «\u00a0stop\u00a0» à ce message" in text
    assert "http" not in headers.as_string()


async def test_a_page_of_this_machine_is_for_who_tries_it(vault: KeyVault) -> None:
    """Mail services take https alone: they are told to write."""
    headers, text = await letter(vault, ASKS, "http://127.0.0.1:8080")

    assert headers["List-Unsubscribe-Post"] is None
    assert str(headers["List-Unsubscribe"]).startswith("<mailto:")
    assert "http://127.0.0.1:8080/stop/" in text


@pytest.mark.parametrize("public_url", ["", PAGE])
async def test_a_text_that_counts_on_a_link_always_has_one(
    vault: KeyVault, public_url: str
) -> None:
    """What was published before texts asked for a page still says how to object."""
    _, text = await letter(vault, COUNTS_ON, public_url)

    assert text.startswith(f"{PAGE}/stop/" if public_url else f"mailto:{FROM}")


async def test_a_following_message_keeps_the_subject_of_its_thread(vault: KeyVault) -> None:
    """Mail programs group by subject and references together: with one alone they do not."""
    headers, _ = await written(vault, await following(vault))

    assert headers["Subject"] == "Re: Les inscriptions périscolaires"
    assert headers["In-Reply-To"] == "<b@x>"
    assert headers["References"] == "<a@x> <b@x>"


async def test_a_message_that_begins_a_thread_answers_none(vault: KeyVault) -> None:
    """A subject of its own under references of another would fall out of both."""
    headers, _ = await written(vault, await following(vault, begins_thread=True))

    assert headers["Subject"] == "Quatre pages"
    assert headers["References"] is None


async def test_values_and_points_are_written_from_their_sealed_forms(vault: KeyVault) -> None:
    """They may name somebody: in the log they are sealed, in the letter they are words."""
    said = {"sujet": "inscriptions de Mme Roux", "signal": "le projet de M. Petit"}
    promised = {"object": "point avec Mme Roux", "deliverable": "le devis de M. Petit"}
    told = dict(zip(said | promised, await sealed_texts(vault, said | promised), strict=True))
    body = "{{ sujet }}, {{ signal }}, {{ jalon_objet }}, {{ jalon_livrable }}"
    needs = ("sujet", "signal", "jalon_objet", "jalon_livrable")
    job = await job_of(vault, Message(subject="s", body=body, needs=needs))
    state = job.state.state
    assert isinstance(state, Account)
    enrolment = structs.replace(
        state.enrolments[1], values={"sujet": told["sujet"]}, next_point=None
    )
    state = structs.replace(
        state,
        values={"signal": told["signal"]},
        enrolments={1: enrolment},
        milestone=NextPoint(date(2027, 4, 29), told["object"], told["deliverable"]),
    )

    _, text = await written(vault, replace(job, state=structs.replace(job.state, state=state)))

    assert " ".join(text.split()) == ", ".join((said | promised).values())


async def test_an_answer_opens_what_its_threads_subject_says(vault: KeyVault) -> None:
    """The message itself may use none of it."""
    job = await following(vault)
    state = job.state.state
    assert isinstance(state, Account)
    (told,) = await sealed_texts(vault, {"sujet": "inscriptions"})
    enrolment = structs.replace(state.enrolments[1], values={"sujet": told})
    state = structs.replace(state, enrolments={1: enrolment})

    headers, _ = await written(vault, replace(job, state=structs.replace(job.state, state=state)))

    assert headers["Subject"] == "Re: Les inscriptions"


async def test_an_address_whose_tag_is_not_its_own_is_not_written_to(vault: KeyVault) -> None:
    """Whoever objected by the address would be written to under the fresh tag."""
    job = await job_of(vault, LATER)
    state = job.state.state
    assert isinstance(state, Account)
    (point,) = state.people["p-1"].points
    disguised = structs.replace(point, tag=examples.tag_of("somebody.else@ville.example"))
    position = structs.replace(state.people["p-1"], points=(disguised,))
    people = structs.replace(job.state, state=structs.replace(state, people={"p-1": position}))
    letters = Letters(vault, STATIONERY, tagger=TAGGER, clock=VirtualClock(AT))

    (report,) = (await letters.write([replace(job, state=people)])).values()

    assert report == AttemptReport(Reach.BROKEN, "contact_point.mismatch")
