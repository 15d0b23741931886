"""Where a log is: in the home's own database, or in topics of a Kafka cluster."""

import re
from typing import NamedTuple

EMBEDDED = "postgres"
SCHEME = "kafka://"
PREFIX = "relance"
RULE = f'be "{EMBEDDED}", or {SCHEME}HOST:PORT with further ones after commas, /PREFIX at the end'

_SERVER = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}")
_PORTS = range(1, 65_536)
_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class LogAddress(NamedTuple):
    """Which log; no server means the database of the home."""

    servers: tuple[str, ...] = ()  # "host:port" of brokers that say who the others are
    prefix: str = ""  # what the names of the topics begin with

    @property
    def is_embedded(self) -> bool:
        """Whether the log shares a database with everything else."""
        return not self.servers

    def __str__(self) -> str:
        """Return the address as a person writes it."""
        if self.is_embedded:
            return EMBEDDED
        return f"{SCHEME}{','.join(self.servers)}/{self.prefix}"


def parse_address(text: str) -> LogAddress:
    """Return the address that a text writes.

    Raises:
        ValueError: It writes none; `RULE` says what would.

    Examples:
        >>> parse_address("kafka://10.0.0.1:9092,10.0.0.2:9092").servers
        ('10.0.0.1:9092', '10.0.0.2:9092')
        >>> str(parse_address("kafka://localhost:9092"))
        'kafka://localhost:9092/relance'
    """
    if text == EMBEDDED:
        return LogAddress()
    if not text.startswith(SCHEME):
        raise ValueError(RULE)
    listed, _, prefix = text.removeprefix(SCHEME).partition("/")
    address = LogAddress(tuple(listed.split(",")), prefix or PREFIX)
    if not all(map(_is_server, address.servers)) or not _PREFIX.fullmatch(address.prefix):
        raise ValueError(RULE)
    return address


def _is_server(text: str) -> bool:
    return bool(_SERVER.fullmatch(text)) and int(text.rpartition(":")[2]) in _PORTS
