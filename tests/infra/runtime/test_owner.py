"""What becomes of an input, from its inbox to its answer."""

import asyncio

from engine.decision import Events, Nothing, Repeated
from engine.ids import StreamKind, stream_id
from engine.requests import LinkPerson, RecordObjection
from tests.infra.runtime.homes import Home, asked

POINT = stream_id(StreamKind.CONTACT_POINT, "tag1")
LINK = LinkPerson(account="217901911", person="p1")


async def test_an_input_is_answered_by_its_valid_decision() -> None:
    """Being in the inbox promises nothing; the answer does."""
    home = Home()

    async with home.running() as runtime:
        (answer,) = await runtime.edge.ask([asked("i1", POINT, LINK)])

    assert answer is not None
    assert isinstance(answer.outcome, Events)
    assert (answer.stream, answer.version, answer.seq) == (POINT, 1, 1)
