"""What one would be ashamed to send: the messages of a whole campaign, as they were caught."""

import email
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import default

from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row
from tests.journeys.stage import Look, looked_at

NOW = ("--now", "2026-11-27T17:00")
CONTENT = re.compile(r"https://contenus\.\S+[^\s.]")
BREAKS = re.compile(r"[ \t][:;?!»]|«[ \t]")
STRAIGHT = re.compile(r"[^\W\d_]'[^\W\d_]")
UNPROVEN = ("priorités du mandat", "ces jours-ci")


@asynccontextmanager
async def _played(home: FreshHome) -> AsyncIterator[Look]:
    """Play a sample until its campaign is nearly over, and look at it at rest."""
    async with home.up(*NOW):
        pass
    async with looked_at(home.home) as look:
        yield look


def _messages(look: Look) -> list[EmailMessage]:
    caught = look.caught()
    assert caught
    return [email.message_from_bytes(message.content, policy=default) for message in caught]


def _text(message: EmailMessage) -> str:
    return f"{message['Subject']}\n{message.get_content()}"


async def _typography(home: FreshHome) -> str:
    async with _played(home) as look:
        texts = [_text(message) for message in _messages(look)]
    broken = [found[0] for text in texts if (found := BREAKS.search(text))]
    words = [word for text in texts for word in text.split() if not {"@", ":"} & {*word}]
    straight = [word for word in words if STRAIGHT.search(word)]
    unproven = [claim for claim in UNPROVEN if any(claim in text for text in texts)]
    assert not broken, broken[:3]
    assert not straight, straight[:3]
    assert not unproven, unproven
    return f"{len(texts)} messages: each sign held, each apostrophe curved, nothing unproven"


async def _contents(home: FreshHome) -> str:
    async with _played(home) as look:
        messages = _messages(look)
    sent = Counter(
        (str(message["To"]), link)
        for message in messages
        for link in CONTENT.findall(_text(message))
    )
    links = {link for _, link in sent}
    assert len(links) > 1, links
    assert set(sent.values()) == {1}, [pair for pair, count in sent.items() if count > 1]
    return f"{len(links)} contents in {len(sent)} messages, none twice to anybody"


ROWS = (
    Row(
        name="texts-typography",
        before="signs at the beginning of lines, straight apostrophes, priorities of a mandate "
        "told to an agent, days that may be untrue",
        now=_typography,
    ),
    Row(
        name="texts-contents",
        before="1.7 and 1.10 sent one link, to one person twice",
        now=_contents,
    ),
)
