"""Bare limits of the same machine in the same minutes: what no engine could beat."""

import time

import asyncpg

from engine.wire import decode_body_and_input, decode_record
from infra.log.port import Append, Place, Record, Topic
from infra.log.postgres import PostgresLog

ROWS = 2_000
ROUNDS = 10
UNIT_RECORDS = 500
BODY_BYTES = 500


async def upsert_rows_a_second(connection: asyncpg.Connection) -> float:
    """Return how many narrow rows a second `unnest` upserts, in batches of 2,000."""
    await connection.execute("create table bench_row (id bigint primary key, text text, at bigint)")
    upsert = """
        insert into bench_row select * from unnest($1::bigint[], $2::text[], $3::bigint[])
        on conflict (id) do update set text = excluded.text, at = excluded.at
    """
    began = time.perf_counter()
    for batch in range(ROUNDS):
        ids = [batch % 2 * ROWS + index for index in range(ROWS)]
        await connection.execute(upsert, ids, ["x" * 40] * ROWS, ids)
    rate = ROWS * ROUNDS / (time.perf_counter() - began)
    await connection.execute("drop table bench_row")
    return rate


async def append_records_a_second(log: PostgresLog) -> float:
    """Return how many records of 500 bytes a second one partition of the log takes."""
    record = Record(b"bench", bytes(range(250)) * (BODY_BYTES // 250))
    place = Place(Topic.QUARANTINE, 0)
    began = time.perf_counter()
    for _ in range(ROUNDS):
        await log.append([Append(place, [record] * UNIT_RECORDS)])
    return UNIT_RECORDS * ROUNDS / (time.perf_counter() - began)


async def decode_decisions_a_second(log: PostgresLog) -> float:
    """Return how many decisions a second one process decodes whole, input included."""
    stored = await log.read(Place(Topic.EVENTS, 0), 0, bytes_max=4_000_000)
    bodies = [
        record.body for kept in stored if hasattr(record := decode_record(kept.value), "body")
    ]
    began = time.perf_counter()
    for body in bodies:
        decode_body_and_input(body)
    return len(bodies) / (time.perf_counter() - began)
