"""Ask a running Relance through its door."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.inputs import Input, Lane
from infra.door.asked import asked_from
from infra.door.frames import (
    Ask,
    AskHealth,
    Asking,
    AskQuiet,
    TellAnswers,
    TellFailure,
    TellHealth,
    Telling,
    TellQuiet,
    hear_telling,
    say,
    socket_path,
)
from infra.runtime.answers import Answer
from infra.runtime.errors import DoorError, Expectation, ForeignHomeError, NothingRunsError
from infra.runtime.health import Health
from infra.store.socket_path import check_socket_path

# Beyond the deadline the other side was given, for its answer to travel.
MARGIN_SECONDS = 5.0
WITHIN_SECONDS = 5.0
AT_ONCE_MAX = 500  # a frame of that many inputs is far below what the door takes
NONE = "none"


class Client:
    """One connection; questions on it are answered one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()

    @classmethod
    async def connect(cls, home: Path) -> Self:
        """Open a connection to whoever runs `home`.

        Raises:
            ForeignHomeError: It is the home of another user.
            NothingRunsError: Nobody answers there.
            SocketPathError: The home's path is too long for a socket.
        """
        path = socket_path(home)
        check_socket_path(path)
        try:
            return cls(*await asyncio.open_unix_connection(path))
        except PermissionError as error:
            raise ForeignHomeError(home) from error
        except OSError as error:
            raise NothingRunsError(home) from error

    async def ask(
        self,
        items: Sequence[Input],
        *,
        lane: Lane = Lane.EXPRESS,
        within_seconds: float = WITHIN_SECONDS,
    ) -> tuple[Answer | None, ...]:
        """Return an answer per input, in order; None where no decision came in time.

        Asking again under the same id gives the same answer.  Of each input the door takes
        id, stream, actor and request, what batch it is of and when its fact happened; it says
        the rest itself.

        Raises:
            DoorError: The other side refused, or went away before it answered.
        """
        answers: list[Answer | None] = []
        for first in range(0, len(items), AT_ONCE_MAX):
            asked = tuple(asked_from(item) for item in items[first : first + AT_ONCE_MAX])
            told = await self._tell(Ask(asked, lane, within_seconds), within_seconds)
            if not isinstance(told, TellAnswers):
                raise DoorError(Expectation.ANSWER, type(told).__name__)
            answers += told.answers
        return tuple(answers)

    async def health(self) -> Health:
        """Return how things stand; raises `DoorError` as `ask` does."""
        told = await self._tell(AskHealth(), 0.0)
        if not isinstance(told, TellHealth):
            raise DoorError(Expectation.ANSWER, type(told).__name__)
        return told.health

    async def quiet(self, *, within_seconds: float) -> bool:
        """Return whether it became quiet in time; raises `DoorError` as `ask` does."""
        told = await self._tell(AskQuiet(within_seconds), within_seconds)
        return isinstance(told, TellQuiet) and told.is_quiet

    async def close(self) -> None:
        """Close the connection; repeatable."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _tell(self, asking: Asking, within_seconds: float) -> Telling:
        try:
            async with self._turn, asyncio.timeout(within_seconds + MARGIN_SECONDS):
                await say(self._writer, asking)
                told = await hear_telling(self._reader)
        except TimeoutError:
            raise DoorError(Expectation.ANSWER_IN_TIME, NONE) from None
        except ConnectionError as error:
            raise DoorError(Expectation.ANSWER, type(error).__name__) from None
        if isinstance(told, TellFailure):
            raise DoorError(Expectation.UNDERSTANDING, told.sentence)
        return told
