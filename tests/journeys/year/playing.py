"""Play a year of so many accounts on a home of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.home.assembly import Store
from infra.home.facts import Past
from infra.home.up import Troupe
from infra.sample.casting import Cast
from infra.sample.correspondents import Correspondents
from infra.sample.filling import Sample
from infra.sample.weights import load_weights
from tests.journeys.stage import found_home, looked_at, play
from tests.journeys.year.happenings import Happenings
from tests.journeys.year.population import YearSample, population
from tests.journeys.year.promises import Year, year_of

START_ON = date(2026, 1, 12)
LASTS_FOR = timedelta(days=364)


async def played_year(count: int, seed: int, *, lasts_for: timedelta = LASTS_FOR) -> Year:
    """Play a year, and return what it came to."""
    sample = population(count, seed)
    ends_at = datetime.combine(START_ON, datetime.min.time(), UTC) + lasts_for
    with _home(Past(start_on=START_ON, seed=seed, now_at=ends_at)) as home:
        await play(home, troupe=Troupe(sample_of=lambda: sample, cast_of=_cast))
        async with looked_at(home) as look:
            return await year_of(look, sample)


def _cast(sample: Sample, store: Store, past: Past) -> Cast:
    assert isinstance(sample, YearSample)
    answers = Correspondents(
        sample=sample,
        weights=load_weights(),
        tagger=store.tagger,
        seed=past.seed,
        start_on=past.start_on,
    )
    return Happenings(sample=sample, answers=answers)


@contextmanager
def _home(past: Past) -> Iterator[Path]:
    with TemporaryDirectory(prefix="relance-year-") as folder:
        home = Path(folder) / "home"
        found_home(home, past)
        yield home
