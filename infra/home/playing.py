"""Fill a sample's home and play its past, up to now; killed, the next start goes on."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from infra.clock import Clock, VirtualClock
from infra.home.assembly import Store, intake_of
from infra.home.facts import Past
from infra.runtime.runtime import Runtime
from infra.sample.casting import Cast
from infra.sample.correspondents import Correspondents
from infra.sample.filling import Sample, fill
from infra.sample.play import Play
from infra.sample.weights import load_weights

PlayReport = Callable[[str, float], None]
"""Told what is going on, and how much of it is done, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """The past of one sample, on the home that holds it."""

    store: Store
    runtime: Runtime
    clock: VirtualClock
    wall: Clock
    sample: Sample
    cast: Cast
    report: PlayReport
    note: Callable[[Past], None]  # writes down how far it has got

    async def run(self, past: Past) -> None:
        """Go on from what the home says; returns with the clock at now, and running.

        Raises:
            SampleRefusedError: The engine did not take what the sample asked.
        """
        intake = intake_of(self.store, self.runtime, self.clock, actor="team", source="sample")
        if not past.is_filled:
            self.report("filling", 0.0)
            await fill(intake, self.sample, start_on=past.start_on)
            await self.runtime.quiet()
            past = replace(past, is_filled=True)
            self.note(past)
        if not past.is_played:
            await self._play(past)
            self.note(replace(past, is_played=True))
        if past.now_at is None:
            await self.clock.advance_to(self.wall.now())
        await self.clock.run_on()

    async def _play(self, past: Past) -> None:
        until = past.now_at or self.wall.now()
        lasts_for = until - past.starts_at
        play = Play(
            stage=self.runtime,
            intake=intake_of(self.store, self.runtime, self.clock, actor="team", source="sample"),
            pool=self.store.pool,
            clock=self.clock,
            cast=self.cast,
            on_progress=lambda at: self.report("playing", (at - past.starts_at) / lasts_for),
        )
        await play.run_until(until)


def drawn(sample: Sample, store: Store, past: Past) -> Cast:
    """Return the cast that the seed of a past draws."""
    return Correspondents(
        sample=sample,
        weights=load_weights(),
        tagger=store.tagger,
        seed=past.seed,
        start_on=past.start_on,
    )
