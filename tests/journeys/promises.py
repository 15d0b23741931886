"""What every play of the sample must keep, whenever its now is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.events import TouchPlanned
from infra.sample.beginning import LAST_STEP
from infra.sample.filling import Sample
from projections.queries.page import structs_of
from tests.engine.carried import unregistered
from tests.journeys.measures import measures
from tests.journeys.permitted import Contact, faults
from tests.journeys.stage import Look

_CONTACTS = """
select a.name as account, t.step, t.channel, t.due_at, t.acted_at
from touch t join account a using (account)
where t.is_contact and t.acted_at is not null and t.step <> '' order by t.acted_at
"""
_FIRST_ROLES = """
select distinct role from (
  select distinct on (account) role from touch
  where is_contact and acted_at is not null order by account, acted_at
) first
"""
_COUNTS = """
select (select count(*) from account), (select count(*) from enrolment),
  (select count(*) from person)
"""
EXPECTED_COUNTS = (401, 80, 190)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Figures of one play, and what it broke."""

    contact_count: int
    message_count: int
    endings: dict[str, int]
    broken: tuple[str, ...]


async def kept(look: Look, sample: Sample, now_at: datetime) -> Kept:
    """Return the figures of a home at rest, and every promise that it broke."""
    broken = [f"counts: {found}" for found in await look.rows(_COUNTS) if found != EXPECTED_COUNTS]
    broken += [
        f"first contact with {role}"
        for (role,) in await look.rows(_FIRST_ROLES)
        if role != "responsable_service"
    ]
    async with look.page() as connection:
        early_count = (await measures(connection)).elected_touched_early
    broken += [f"élus touched early: {early_count}"] if early_count else []
    broken += await _third_calls(look, now_at)
    broken += await _unregistered_rules(look)
    async with look.page() as connection:
        contacts = structs_of(Contact, await connection.fetch(_CONTACTS))
    broken += _out_of_calendar(contacts, sample)
    broken += [f"caught twice: {name}" for name in look.caught_twice()]
    broken += [f"view {checked.view} differs" for checked in await look.differences()]
    endings = await look.rows("select reason, count(*) from enrolment group by 1 order by 1")
    return Kept(
        contact_count=len(contacts),
        message_count=len(look.caught()),
        endings={str(reason) or "active": int(str(count)) for reason, count in endings},
        broken=tuple(broken),
    )


async def _third_calls(look: Look, now_at: datetime) -> list[str]:
    """The plan of every enrolment, as first laid out, has the third call by now."""
    planned: dict[str, datetime] = {}
    for placed in await look.decisions():
        for event in placed.body.events:
            if isinstance(event, TouchPlanned) and event.step == LAST_STEP:
                planned.setdefault(placed.body.stream, event.slot.due_at)
    late = [f"third call of {stream} at {at}" for stream, at in planned.items() if at > now_at]
    missing = [] if len(planned) == EXPECTED_COUNTS[1] else [f"third calls: {len(planned)}"]
    return [*late, *missing]


async def _unregistered_rules(look: Look) -> list[str]:
    """Whatever happened can be explained to whoever asks."""
    unknown = {
        name for placed in await look.decisions() for name in unregistered(placed.body.outcome)
    }
    return [f"a rule nobody explains: {name}" for name in sorted(unknown)]


def _out_of_calendar(contacts: Sequence[Contact], sample: Sample) -> list[str]:
    accounts = {account.key: account for account in sample.accounts}
    counts = Counter(
        f"{contact.step} {contact.channel}: {fault}"
        for contact in contacts
        for fault in faults(contact, accounts[contact.account], sample.ruleset)
    )
    return [f"{count} of {what}" for what, count in counts.items()]
