"""Hold a process at a point where only an unlucky instant would meet it otherwise."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.ids import StreamKind, kind_of
from engine.rules import Stream
from infra.runtime.owning.state import StateStore, StreamKey
from infra.runtime.runtime import Runtime


@dataclass(slots=True)
class HeldStates:
    """Stored states that are read only when told to; see `state.StateStore`."""

    states: StateStore
    kind: StreamKind  # of the streams that wait
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_read: asyncio.Event = field(default_factory=asyncio.Event)

    async def load(self, keys: Sequence[StreamKey]) -> Mapping[StreamKey, Stream]:
        """Read once told to."""
        if any(kind_of(key.stream) is self.kind for key in keys):
            self.asked.set()
            await self.may_read.wait()
        return await self.states.load(keys)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the states have)
        return getattr(self.states, name)


def hold(runtime: Runtime, kind: StreamKind) -> HeldStates:
    """Let the owner wait for the states of one kind of stream from now on."""
    owned = runtime._ownership
    held = HeldStates(owned.states, kind)
    owned.states = held
    return held
