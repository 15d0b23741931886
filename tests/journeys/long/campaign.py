"""Open a campaign of many, and show what an express answer and the loop waited meanwhile."""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from infra.mail.catcher import Catcher
from infra.runtime.garbage import collect_seldom
from infra.store.server import ServerSettings, start
from tests.systems.blocks import Blocks
from tests.systems.crowd import (
    Asker,
    asking,
    drained,
    fill_campaign,
    found_campaign,
    open_campaign,
    prepare_campaign,
)
from tests.systems.house import Life, opened

PARTITION_COUNT = 16
BLOCK_SECONDS_MAX = 0.1
ANSWER_SECONDS_MAX = 1.0


async def open_often(words: Sequence[str]) -> bool:
    """Open a campaign of each size given, by default 10,000; return whether nobody waited long."""
    sizes = [int(word) for word in words] or [10_000]
    return all([await _open(size) for size in sizes])


async def _open(size: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="relance-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        catcher = Catcher(Path(folder) / "mail")
        server = await start(ServerSettings(folder=Path(folder) / "postgres"))
        try:
            async with (
                opened(home, server.dsn, catcher, partition_count=PARTITION_COUNT) as house,
                house.running() as life,
            ):
                return await _measure(life, size)
        finally:
            await server.stop()


async def _measure(life: Life, size: int) -> bool:
    collect_seldom()  # as `relance up` does
    await found_campaign(life)
    began = _now()
    async with asking(life, "filling") as (asker, blocks):
        await fill_campaign(life, size)
        await drained(life, asker)
    is_filled_well = _tell(f"{size} enrolled", began, blocks, asker)
    await prepare_campaign(life)
    began = _now()
    async with asking(life, "opening") as (asker, blocks):
        await open_campaign(life, asker)
    return _tell(f"{size} opened", began, blocks, asker) and is_filled_well


def _now() -> tuple[float, float]:
    """Return seconds by the clock, and of this process's work."""
    return time.monotonic(), time.process_time()


def _tell(what: str, began: tuple[float, float], blocks: Blocks, asker: Asker) -> bool:
    seconds, worked_seconds = (now - then for now, then in zip(_now(), began, strict=True))
    took = sorted(asker.took_seconds)
    sys.stdout.write(
        f"{what} in {seconds:.1f} s, {worked_seconds:.1f} s of work; one round of the loop:"
        f" {1000 * blocks.longest_seconds:.0f} ms at most,"
        f" {1000 * blocks.longest_busy_seconds:.0f} ms of work; {len(took)} express answers:"
        f" {1000 * median(took):.0f} ms, {1000 * took[-1]:.0f} ms at most\n"
    )
    sys.stdout.flush()
    is_free = blocks.longest_busy_seconds < BLOCK_SECONDS_MAX
    return is_free and took[-1] < ANSWER_SECONDS_MAX
