"""Letters as they leave: what they say of how to object, with and without a page that answers."""

import email
import email.policy
import re
from dataclasses import replace
from email.message import EmailMessage

import pytest

from engine.plan import Message
from infra.clock import VirtualClock
from infra.mail.letters import Letters
from infra.touching.channel_ports import Parcel
from infra.touching.jobs import Job
from infra.vault.key_vault import KeyVault
from sequences.load import BLOCKS_FOLDER
from tests.infra.touching import examples
from tests.infra.touching.examples import AT, FROM, TENURE
from tests.infra.touching.stage import STATIONERY

PAGE = "https://relance.example"
BLOCK = (BLOCKS_FOLDER / "bloc_opposition.md").read_text(encoding="utf-8")
ASKS = Message(subject="s", body=BLOCK, may_use=("lien_opposition",))
COUNTS_ON = Message(subject="s", body="{{ lien_opposition }}", needs=("lien_opposition",))


async def letter(vault: KeyVault, message: Message, public_url: str) -> tuple[EmailMessage, str]:
    """Return a message as it leaves a home, and its text."""
    person = await examples.position(vault, person="p-1", address="aurelie.perrin@ville.example")
    job = Job(
        key=examples.key(),
        tenure=TENURE,
        state=examples.account({"p-1": person}, examples.touch()),
        published=examples.published(await examples.mailbox(vault), message),
        heard_seconds=0.0,
    )
    letters = Letters(vault, replace(STATIONERY, public_url=public_url), clock=VirtualClock(AT))
    job.reference = letters.reference(job)
    (written,) = (await letters.write([job])).values()
    assert isinstance(written, Parcel)
    read = email.message_from_bytes(written.content, policy=email.policy.default)
    return read, str(read.get_content())


async def test_a_page_that_answers_is_named_everywhere(vault: KeyVault) -> None:
    """One click where mail services know it, a link where people read."""
    headers, text = await letter(vault, ASKS, PAGE)

    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(headers["List-Unsubscribe"]).startswith(f"<{PAGE}/stop/")
    assert f"Vous pouvez aussi le dire ici : {PAGE}/stop/" in text


async def test_without_a_page_no_link_leaves(vault: KeyVault) -> None:
    """A dead link is no way to object; an answer is."""
    headers, text = await letter(vault, ASKS, "")

    assert headers["List-Unsubscribe-Post"] is None
    token = re.fullmatch(rf"<mailto:{FROM}\?subject=stop%20([\w-]+)>", headers["List-Unsubscribe"])
    assert token
    assert "répondez « stop » à ce message" in text
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
