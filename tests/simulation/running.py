"""Play one history, with the product's monotonic clock and log lines in our hands."""

import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from random import Random
from typing import Any

import structlog
from msgspec import Raw

from engine import rules
from engine.decision import Body
from engine.inputs import Input
from engine.rules import Stream
from engine.workspace import Workspace
from tests.simulation.history import History
from tests.simulation.promises import BrokenError, Promise
from tests.simulation.virtual_loop import StalledError, VirtualLoop, running_process, virtual_time
from tests.simulation.world import World

SAID = ("clock_wrong",)
"""What is an error to whoever runs the home, and what the history asked for."""


def simulate(history: History) -> World:
    """Play a history; return the world as it ended.

    Raises:
        BrokenError: A promise was not kept.
    """
    random = Random(history.seed)
    loop = VirtualLoop(random, is_shuffled=history.is_shuffled)
    world = World(history=history, loop=loop, random=random)
    with virtual_time(loop), deciding(loop, history.deciding_seconds), log_lines(world.errors):
        try:
            loop.run_until_complete(world.play())
        except (StalledError, RuntimeError) as error:
            raise BrokenError(Promise.NO_STRAY, repr(error)) from error
        finally:
            loop.bury(world.processes)
            loop.close()
    return world


def broken_by(history: History) -> BrokenError | None:
    """Return the promise that a history breaks; None if it keeps all."""
    try:
        simulate(history)
    except BrokenError as error:
        return error
    return None


@contextmanager
def deciding(loop: VirtualLoop, seconds: float) -> Iterator[None]:
    """Let each decision of a process take time."""
    decide = rules.decide

    def take_time(stream: Stream, published: Workspace, item: Input, raw: Raw) -> Body:
        if running_process() is not None:
            loop.work(seconds)
        return decide(stream, published, item, raw)

    rules.decide = take_time
    try:
        yield
    finally:
        rules.decide = decide


@contextmanager
def log_lines(errors: list[str]) -> Iterator[None]:
    """Keep what is logged as an error; everything else is let go unread."""

    def keep(_logger: object, level: str, line: MutableMapping[str, Any]) -> str:
        if level in ("error", "critical", "exception") and line["event"] not in SAID:
            errors.append(f"{dict(line)} {traceback.format_exc() if line.get('exc_info') else ''}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(40))
    try:
        yield
    finally:
        structlog.configure(**before)
