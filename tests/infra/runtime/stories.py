"""Inputs that bring an account into a sequence, and the play of a clock."""

from datetime import datetime

from engine import requests as r
from engine.ids import WORKSPACE, StreamId
from engine.inputs import Input
from infra.clock import VirtualClock
from infra.runtime.runtime import Runtime
from sequences.hashing import sequence_hash
from sequences.rulesets import load_ruleset
from tests.engine.account.story import HEAD, NIORT, VALUES, Story, points, sealed, thirty_days
from tests.infra.runtime.homes import asked

PLAN = thirty_days()
STEPS_MAX = 500


def published() -> list[Input]:
    """Return the inputs that publish ruleset and sequence."""
    return [
        asked("publish-1", WORKSPACE, r.PublishRuleset(ruleset=load_ruleset())),
        asked("publish-2", WORKSPACE, r.PublishSequence(hash=sequence_hash(PLAN), sequence=PLAN)),
    ]


def enrolled(campaign: str = "", *, stream: StreamId = NIORT) -> list[Input]:
    """Return the inputs that make an account known, Niort by default, and enrol its head."""
    attributes = r.Attributes(
        name="Niort", kind="commune", kind_plural="communes", departement="79", school_zone="B"
    )
    fields = (sealed(HEAD, "salutation"), sealed(HEAD, "source_contact"))
    person = r.AddPerson(person=HEAD, role=HEAD, points=points(HEAD), fields=fields)
    requests: tuple[r.Request, ...] = (
        r.AddAccount(attributes=attributes),
        person,
        r.SetValues(values=dict.fromkeys(VALUES, "…")),
        Story(PLAN).enrol(HEAD, campaign=campaign),
    )
    return [
        asked(f"enrol-{number}", stream, request, needs_w=2)
        for number, request in enumerate(requests)
    ]


async def begin(runtime: Runtime, *, campaign: str = "", stream: StreamId = NIORT) -> None:
    """Publish and enrol, and wait until all of it is decided."""
    await runtime.inboxes.ask(published())
    await runtime.inboxes.ask(enrolled(campaign, stream=stream))
    await runtime.quiet()


async def play(runtime: Runtime, clock: VirtualClock, until: datetime) -> None:
    """Let the clock jump from timer to timer up to an instant."""
    for _ in range(STEPS_MAX):
        await runtime.quiet()
        due_at = runtime.next_due()
        if due_at is None or due_at > until:
            break
        await clock.advance_to(due_at)
    await clock.advance_to(until)
    await runtime.quiet()
