"""What a campaign came to, counted from the views alone."""

from collections.abc import Sequence

from msgspec import Struct

from projections.queries.page import structs_of
from projections.tables import Connection

_MEASURES = """
select
  (select count(*) from touch where channel = 'meeting' and outcome = 'held') as interviews_held,
  (select count(*) from touch where channel = 'deliverable' and outcome = 'done')
    as notes_delivered,
  (select count(*) from account where milestone_on is not null) as current_milestones,
  (select count(*) from account where is_hot) as hot_accounts,
  (select count(*) from touch where channel = 'email' and status = 'sent') as emails_sent,
  (select count(*) from touch where channel = 'call' and status = 'done') as calls_made,
  (select count(*) from person where stopped_by = 'objection') as people_stopped,
  (
    select count(*)
    from touch t left join person p using (account, person)
    where t.is_contact and t.acted_at is not null
      and (t.role = any($1::text[]) or p.role = any($1::text[]))
      and not exists (
        select from person head
        where head.account = t.account and head.role = $2
          and head.first_exchanged_at < t.acted_at
      )
  ) as elected_touched_early
"""


class Measures(Struct, frozen=True, kw_only=True):
    """Counts that the rules promise something about."""

    interviews_held: int
    notes_delivered: int
    current_milestones: int  # accounts with a dated next point
    hot_accounts: int
    emails_sent: int
    calls_made: int
    people_stopped: int
    elected_touched_early: int  # contacts with élus before an exchange with the service head


async def measures(
    connection: Connection,
    *,
    elected_roles: Sequence[str] = ("elu",),
    head_role: str = "responsable_service",
) -> Measures:
    """Return what was done and reached, over all accounts."""
    records = await connection.fetch(_MEASURES, list(elected_roles), head_role)
    (found,) = structs_of(Measures, records)
    return found
