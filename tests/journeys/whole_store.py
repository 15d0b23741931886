"""Every byte a home keeps, readable: all tables with frames unpacked, and its small files."""

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from pathlib import Path

import asyncpg
import zstandard

from infra.home.layout import MAIL_FOLDER, POSTGRES_FOLDER
from infra.store.dsn import Dsn
from infra.store.migrate import migrate
from infra.store.pool import Connection, connected
from infra.store.server import ServerSettings, running

KEPT_INBOX = "kept_inbox_frame"

_TABLES = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg_temp%' order by 1, 2
"""
_KEEP_INBOX = f"""
create table {KEPT_INBOX} (like inbox_frame);
create function keep_inbox_frame() returns trigger language plpgsql as $$
begin
  insert into {KEPT_INBOX} select new.*;
  return null;
end $$;
create trigger keep_inbox_frame after insert on inbox_frame
  for each row execute function keep_inbox_frame();
"""


async def keep_inboxes(home: Path) -> None:
    """Let a new home keep what its inboxes ever held: they are trimmed as it is decided."""
    async with running(ServerSettings(folder=home / POSTGRES_FOLDER)) as database:
        await migrate(database.dsn)
        async with connected(database.dsn, application_name="journey") as connection:
            await connection.execute(_KEEP_INBOX)


async def tables(dsn: Dsn) -> dict[str, bytes]:
    """Return the content of each table, by `schema.name`; what is compressed is unpacked."""
    async with connected(dsn, application_name="journey") as connection:
        names = [
            f"{table['nspname']}.{table['relname']}" for table in await connection.fetch(_TABLES)
        ]
        return {name: await _content(connection, name) for name in names}


async def digest(dsn: Dsn) -> str:
    """Return a hash over every row of every table."""
    found = sha256()
    for name, content in (await tables(dsn)).items():
        found.update(f"{name}:{len(content)}:".encode() + content)
    return found.hexdigest()


def small_files(home: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of what is neither the database's data nor a caught message."""
    for path in sorted(home.rglob("*")):
        inner = path.relative_to(home)
        is_data = inner.parts[:2] == (POSTGRES_FOLDER, "data") or inner.parts[0] == MAIL_FOLDER
        if path.is_file() and not is_data:
            yield str(inner), path.read_bytes()


async def _content(connection: Connection, name: str) -> bytes:
    rows = [b"\t".join(_cells(record)) async for record in _rows(connection, name)]
    return b"\n".join(sorted(rows))


async def _rows(connection: Connection, name: str) -> AsyncIterator[asyncpg.Record]:
    for record in await connection.fetch(f"select * from {name}"):  # noqa: S608 from the catalogue
        yield record


def _cells(record: asyncpg.Record) -> Iterator[bytes]:
    for value in record.values():
        if isinstance(value, bytes):
            yield _unpacked(value)
        else:
            yield str(value).encode()


def _unpacked(value: bytes) -> bytes:
    if not value.startswith(zstandard.FRAME_HEADER):
        return value
    try:
        return zstandard.ZstdDecompressor().decompress(value)
    except zstandard.ZstdError:
        return value  # a damaged frame is compared as it is
