"""Hints of where partitions end: they wake whoever waits, and are put right by a look."""

import asyncio

from infra.log.port import Place, Topic
from infra.log.wakeups import Wakeups

HERE = Place(Topic.EXPRESS, 0)
LONG_SECONDS = 60.0


async def test_a_hint_wakes_whoever_waits_for_it() -> None:
    """An answer must not wait for a poll."""
    wakeups = Wakeups()
    asyncio.get_running_loop().call_soon(wakeups.announce, {HERE: 4})

    assert await wakeups.pass_within({HERE: 3}, LONG_SECONDS)


def test_an_end_that_a_look_finds_lower_is_put_right() -> None:
    """A database that lost its asynchronous tail made a reader ask 600 times a second."""
    wakeups = Wakeups()
    wakeups.announce({HERE: 9})

    wakeups.correct({HERE: 5}, hint_count=wakeups.hint_count)

    assert wakeups.known_end(HERE) == 5
    assert not wakeups.has_passed({HERE: 5})


def test_a_look_that_began_before_a_hint_does_not_undo_it() -> None:
    """Its answer may be older than what was appended meanwhile."""
    wakeups = Wakeups()
    hint_count = wakeups.hint_count
    wakeups.announce({HERE: 9})

    wakeups.correct({HERE: 5}, hint_count=hint_count)

    assert wakeups.known_end(HERE) == 9


def test_a_look_that_finds_more_is_a_hint() -> None:
    """Somebody else appended, and its announcement was lost."""
    wakeups = Wakeups()

    wakeups.correct({HERE: 5}, hint_count=wakeups.hint_count)

    assert wakeups.has_passed({HERE: 4})
