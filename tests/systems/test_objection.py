"""An objection while a mail to the same address is under way in another account."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from engine import requests as r
from engine.decision import Events
from engine.ids import StreamKind, stream_id, touch_id
from infra.contacts.normal import normal_email
from infra.mail.catcher import Catcher
from infra.mail.faults import MailFault, Slow
from infra.mail.message_id import parse_message_id
from infra.mail.smtp_settings import SmtpTimeouts
from infra.store.dsn import Dsn
from tests.engine.account.story import at
from tests.systems.house import FIRST_MAIL_AT, House, opened, submission

pytestmark = pytest.mark.connected

ADDRESS = "partagee@ville.example"
NEXT_MONDAY = date(2027, 1, 18)
LONG_AFTER = at("2027-04-01")
MINUTE_SECONDS = 60.0


class HeldServer:
    """Takes a message, and answers it only when told to."""

    def __init__(self) -> None:
        """Begin with none under way."""
        self.has_taken = asyncio.Event()

    def pick(self, recipient: str) -> MailFault | None:
        """Note a delivery, and hold it."""
        del recipient
        self.has_taken.set()
        return Slow(wait_for=timedelta(minutes=1))


@pytest.fixture
def server() -> HeldServer:
    """Return a mail server's temper."""
    return HeldServer()


@pytest_asyncio.fixture
async def held(tmp_path: Path, database: Dsn, server: HeldServer) -> AsyncIterator[House]:
    """Return a home whose mail server holds each message until `answer_all`."""
    catcher = Catcher(tmp_path / "mail", faults=server)
    await catcher.start()
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    async with opened(folder, database, catcher, timeouts=SmtpTimeouts()) as house:
        yield house
    await catcher.stop()


def answer_all(house: House) -> None:
    """Let the mail server accept what it holds, and hold nothing more."""
    house.catcher._handler.is_stopping.set()


def sent_touches(house: House) -> set[str]:
    """Return the outside names of the touches whose message the catcher holds."""
    secret = house.store.keys.derived("message_id")
    named = [
        parse_message_id(message.message_id, secret=secret) for message in house.catcher.messages()
    ]
    return {touch_id(key.account, key.touch) for key in named if key is not None}


@pytest.mark.parametrize("other_starts_on", [date(2027, 1, 11), NEXT_MONDAY], ids=["both", "one"])
async def test_lists_what_is_in_flight_and_lets_nothing_else_out(
    held: House, server: HeldServer, other_starts_on: date
) -> None:
    """Whoever objects is told the truth about what may still arrive, and hears no more."""
    async with asyncio.timeout(MINUTE_SECONDS), held.running() as life, life.door() as client:
        await life.founded({"amiens": ADDRESS})
        await life.enrol("brest", ADDRESS, start_on=other_starts_on)
        await held.clock.advance_to(FIRST_MAIL_AT)
        await server.has_taken.wait()
        tag = held.store.tagger.tag(normal_email(ADDRESS).channel, ADDRESS)
        objection = submission(
            "objection", stream_id(StreamKind.CONTACT_POINT, tag), r.RecordObjection()
        )
        (answer,) = await client.ask(life.inputs([objection]))
        (repeated,) = await client.ask(life.inputs([objection]))
        before = sent_touches(held)
        answer_all(held)
        await life.play(LONG_AFTER)
        touches = await held.touches()
        stops = (await held.status()).counts.stop_count

    assert answer is not None
    assert repeated is not None
    assert isinstance(answer.outcome, Events)
    assert before == set()
    assert sent_touches(held)
    assert sent_touches(held) <= set(answer.in_flight)
    assert set(repeated.in_flight) <= set(answer.in_flight)
    assert {touch_id(name, 1) for name, one in touches.items() if one.status == "sent"} == (
        sent_touches(held)
    )
    assert stops == 1
    assert await held.differences() == []
