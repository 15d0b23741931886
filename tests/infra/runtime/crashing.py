"""End a process as SIGKILL does: nothing is flushed, no cursor is kept, no lease is given back."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from infra.runtime.runtime import Runtime

Adapter = TypeVar("Adapter")


class Wire:
    """Between one process and its adapters; once it is cut, nothing more gets through.

    The tasks of a dying process still run their `finally`; whatever they ask there ends
    before it reaches anything that outlives the process.
    """

    def __init__(self) -> None:
        self.is_cut = False

    def to(self, adapter: Adapter) -> Adapter:
        """Return an adapter as the process has it."""
        return cast("Adapter", _Wired(adapter, self))


class _Wired:
    """An adapter at the far end of a wire."""

    def __init__(self, adapter: object, wire: Wire) -> None:
        self._adapter = adapter
        self._wire = wire

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the adapter has)
        found = getattr(self._adapter, name)
        if not callable(found):
            return found

        def call(*args: object, **kwargs: object) -> object:
            if self._wire.is_cut:
                raise asyncio.CancelledError
            return found(*args, **kwargs)

        async def call_later(*args: object, **kwargs: object) -> object:
            return await call(*args, **kwargs)  # type: ignore[misc]  # it is a coroutine

        return call_later if inspect.iscoroutinefunction(found) else call


@asynccontextmanager
async def crashing(runtime: Runtime, wire: Wire) -> AsyncIterator[Runtime]:
    """Run a process for a block, and kill it where it stands at the end of the block.

    Args:
        runtime: Not running yet; reaches all its adapters by the wire.
        wire: Not cut yet.
    """
    task = asyncio.ensure_future(runtime.run())
    try:
        await runtime.ready()
        yield runtime
    finally:
        wire.is_cut = True
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
