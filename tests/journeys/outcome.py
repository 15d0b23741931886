"""What a play came to, as two runs of it can be compared."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tests.journeys.stage import Look

Rows = list[tuple[object, ...]]

# Left out: what moved a touch.  One that was attempted again says so, and lands on the same day.

_STATEMENTS = {
    "accounts": """
        select name, status, stage, is_hot, milestone_on, milestone_rule, exchanged_at
        from account order by name
    """,
    "enrolments": """
        select a.name, n.enrolment, n.status, n.phase, n.reason, n.is_hot, n.meeting_at,
               n.ended_at, n.cool_down_until
        from enrolment n join account a using (account) order by 1, 2
    """,
    "touches": """
        select a.name, t.touch, t.step, t.role, t.person, t.channel, t.asked, t.planned_on,
               t.due_at, t.status, t.rule, t.reason, t.outcome, t.reach,
               t.acted_at
        from touch t join account a using (account) order by 1, 2
    """,
    "tasks": """
        select coalesce(a.name, c.name), k.task, k.kind, k.status, k.due_on, k.touch, k.outcome,
               k.opened_at, k.closed_at
        from task k left join account a on a.account = k.owner
        left join campaign c on c.campaign = k.owner order by 1, 2
    """,
    "people": """
        select a.name, p.person, p.stopped_by, p.absent_until, p.failed_tags <> '', p.exchanged_at
        from person p join account a using (account) order by 1, 2
    """,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where everything stands, by what it is about."""

    rows: dict[str, Rows]
    message_count: int

    def without(self, names: Collection[str]) -> "Outcome":
        """Return what concerns none of these accounts."""
        rows = {
            about: [row for row in found if row[0] not in names]
            for about, found in self.rows.items()
        }
        return Outcome(rows=rows, message_count=self.message_count)

    def by_day(self) -> "Outcome":
        """Return it with days instead of instants: who was attempted again left minutes later."""
        rows = {
            about: [tuple(_day(value) for value in row) for row in found]
            for about, found in self.rows.items()
        }
        return Outcome(rows=rows, message_count=self.message_count)

    def differences(self, other: "Outcome") -> dict[str, Rows]:
        """Return the rows that only one of the two has."""
        found = {
            name: [row for row in rows if row not in other.rows[name]]
            + [row for row in other.rows[name] if row not in rows]
            for name, rows in self.rows.items()
        }
        return {name: rows for name, rows in found.items() if rows}


def _day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


async def outcome_of(look: Look) -> Outcome:
    """Return what the views and the catcher of a home at rest say."""
    rows = {name: await look.rows(statement) for name, statement in _STATEMENTS.items()}
    return Outcome(rows=rows, message_count=len(look.caught()))
