"""The log adapters under contract: how each is created, and opened a second time."""

from collections.abc import Mapping
from itertools import count
from typing import Protocol

from infra.log.kafka import KafkaLog
from infra.log.memory import MemoryLog
from infra.log.port import Log
from infra.log.postgres import PostgresLog
from infra.store.dsn import Dsn

PARTITION_COUNT = 4
_PREFIXES = count(1)


class Maker(Protocol):
    """One backend, empty at first; whoever asks closes what it makes."""

    async def create(self) -> Log:
        """Create the log and open it."""

    async def open(self) -> Log:
        """Open the log that was created, as another process would."""


class MemoryMaker:
    """A memory log has no outside: opening it gives the same object."""

    needs = None

    def __init__(self, _server: object) -> None:
        self._log = MemoryLog(PARTITION_COUNT)

    async def create(self) -> Log:
        """Create the log and open it."""
        return self._log

    async def open(self) -> Log:
        """Open what was created."""
        return self._log


class PostgresMaker:
    """A database of its own."""

    needs = "database"

    def __init__(self, server: object) -> None:
        assert isinstance(server, Dsn)
        self._dsn = server

    async def create(self) -> Log:
        """Create the log and open it."""
        return await PostgresLog.create(self._dsn, partition_count=PARTITION_COUNT)

    async def open(self) -> Log:
        """Open what was created."""
        return await PostgresLog.open(self._dsn, partition_count=PARTITION_COUNT)


class KafkaMaker:
    """Topics of its own on a broker that all tests share."""

    needs = "kafka"

    def __init__(self, server: object) -> None:
        self._bootstrap = str(server)
        self._prefix = f"test{next(_PREFIXES)}"

    async def create(self) -> Log:
        """Create the log and open it."""
        return await KafkaLog.create(
            self._bootstrap, partition_count=PARTITION_COUNT, prefix=self._prefix
        )

    async def open(self) -> Log:
        """Open what was created."""
        return await KafkaLog.open(
            self._bootstrap, partition_count=PARTITION_COUNT, prefix=self._prefix
        )


MAKERS: Mapping[str, type[MemoryMaker] | type[PostgresMaker] | type[KafkaMaker]] = {
    "memory": MemoryMaker,
    "postgres": PostgresMaker,
    "kafka": KafkaMaker,
}
