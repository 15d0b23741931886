"""Say where a PostgreSQL database is."""

from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import parse_qs, unquote, urlsplit

from infra.secret import Secret
from infra.store.errors import AddressError

DEFAULT_PORT = 5432


class ConnectArguments(TypedDict):
    """What the driver's `connect` and `create_pool` take."""

    host: str
    port: int
    user: str
    database: str
    password: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dsn:
    """One database of one server; `host` that starts with `/` is a socket's folder."""

    host: str
    user: str
    database: str
    port: int = DEFAULT_PORT
    password: Secret[str] | None = None

    @classmethod
    def parse(cls, url: str) -> "Dsn":
        """Read `postgresql://user:password@host:port/database`, or `?host=/folder`.

        Raises:
            AddressError: Scheme, user or database are missing.
        """
        parts = urlsplit(url)
        database = unquote(parts.path.lstrip("/"))
        if parts.scheme not in ("postgres", "postgresql") or not parts.username or not database:
            raise AddressError(found=f"{parts.scheme}://{parts.hostname or ''}{parts.path}")
        folder = parse_qs(parts.query).get("host", [""])[0]
        return cls(
            host=folder or parts.hostname or "localhost",
            port=parts.port or DEFAULT_PORT,
            user=unquote(parts.username),
            database=database,
            password=None if parts.password is None else Secret(unquote(parts.password)),
        )

    def connect_arguments(self) -> ConnectArguments:
        """Return keyword arguments for the driver; they hold the password in clear."""
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "database": self.database,
            "password": None if self.password is None else self.password.reveal(),
        }
