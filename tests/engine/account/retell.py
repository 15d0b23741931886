"""Print the hash of the bodies of a long story, for another process to compare."""

from datetime import timedelta
from hashlib import sha256

from engine import requests as r
from engine.wire import encode_body
from tests.engine.account.acts import ACTS
from tests.engine.account.story import DGS, DSI, ELU, HEAD, Story, points

ROUNDS = 8


def told() -> Story:
    """Return a story in which everything that can be asked was asked several times."""
    story = Story().enrolled(HEAD, DGS, DSI)
    story.with_people(ELU)
    story.ask(r.AddPerson(person="successor", role=HEAD, points=points("successor")))
    for turn in range(ROUNDS):
        for place, act in enumerate(ACTS.values()):
            story.ask(act(story, 17 * turn + place, 31 * turn + 7 * place + 1))
            story.run_until(story.now + timedelta(hours=7))
        story.ask(story.enrol(HEAD, DGS, start_on=story.now.date()))
    return story


def digest() -> str:
    """Return the hash of every body of the story, in order."""
    found = sha256()
    for body in told().bodies:
        found.update(encode_body(body))
    return found.hexdigest()


if __name__ == "__main__":
    print(digest())  # noqa: T201 (the other process reads it)
