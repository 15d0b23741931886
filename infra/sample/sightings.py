"""What the players of a sample see: messages that went out, tasks that wait."""

import asyncpg
import msgspec

from infra.sample.casting import OpenTask, SentMail
from infra.store.pool import Pool, translated
from projections.queries.page import snapshot

_MAILS = """
    select a.name as account, t.touch, t.attempts, t.step, t.role, t.person, t.acted_at
    from touch t join account a using (account)
    where t.channel = 'email' and t.reach = 'sent'
    order by t.acted_at, a.name, t.touch
"""
# The nth task of its kind for a touch: the same in every run, whatever number it has.
_TASKS = """
    select coalesce(a.name, c.name) as owner, k.task, k.kind, k.opened_at, k.due_on, k.touch,
           k.person, k.checklist, k.attempt, coalesce(nullif(t.step, ''), k.step) as step,
           coalesce(t.role, '') as role
    from (
      select *, row_number() over (partition by owner, kind, touch order by task) as attempt
      from task
    ) k
    left join account a on a.account = k.owner
    left join campaign c on c.campaign = k.owner
    left join touch t on t.account = k.owner and t.touch = k.touch
    where k.status = 'open'
    order by k.opened_at, owner, k.task
"""


async def sent_mails(pool: Pool) -> tuple[SentMail, ...]:
    """Return every message that went out, oldest first."""
    rows = await _read(pool, _MAILS)
    return tuple(
        SentMail(
            account=row["account"],
            touch=row["touch"],
            attempt=row["attempts"],
            step=row["step"],
            role=row["role"],
            person=row["person"],
            sent_at=row["acted_at"],
        )
        for row in rows
    )


async def open_tasks(pool: Pool) -> tuple[OpenTask, ...]:
    """Return every open task, oldest first."""
    rows = await _read(pool, _TASKS)
    return tuple(
        OpenTask(
            owner=row["owner"],
            task=row["task"],
            kind=row["kind"],
            opened_at=row["opened_at"],
            due_on=row["due_on"],
            touch=row["touch"],
            attempt=row["attempt"],
            step=row["step"],
            role=row["role"],
            person=row["person"],
            checklist=msgspec.json.decode(row["checklist"], type=tuple[str, ...]),
        )
        for row in rows
    )


async def _read(pool: Pool, statement: str) -> list[asyncpg.Record]:
    with translated():
        async with pool.acquire() as connection, snapshot(connection):
            return await connection.fetch(statement)
