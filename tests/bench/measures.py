"""What a run cost: processor time by process, bytes by part, steps after a reply."""

import os
from pathlib import Path

import asyncpg

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")

_SIZES = """
    select n.nspname as schema, c.relname as name, pg_total_relation_size(c.oid) as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
"""


def cpu_seconds(process: int) -> float:
    """Return the processor time of a process and of all its children, living or reaped."""
    own = _ticks(process)
    children = sum(cpu_seconds(child) for child in _children(process))
    return own / TICKS_A_SECOND + children


def _ticks(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return 0
    fields = text.rpartition(")")[2].split()
    # utime, stime, and those of children that were waited for (proc(5), fields 14 to 17).
    return sum(int(field) for field in fields[11:15])


def _children(process: int) -> list[int]:
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(word) for word in text.split()]


async def table_bytes(connection: asyncpg.Connection) -> dict[str, int]:
    """Return the size of each table with its indexes and TOAST, by schema and name."""
    rows = await connection.fetch(_SIZES)
    return {f"{row['schema']}.{row['name']}": row["bytes"] for row in rows}
