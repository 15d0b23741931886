"""Find what a person means: an account, one of its people, an enrolment, a hold, a touch."""

import re
from dataclasses import dataclass

from console.desk.clock_words import DEFAULT_ZONE
from console.desk.errors import AmbiguousError, UsageError
from console.desk.ports import Views
from console.desk.words import key_of
from engine.account.state import EnrolmentStatus
from engine.ids import StreamId, StreamKind, stream_id, touch_id
from engine.roles import ROLES, role_named
from projections.accounts.organisations import AccountRow, searchable
from projections.accounts.people import PersonRow
from projections.queries.accounts import (
    account_numbered,
    enrolments_of_account,
    holds_of_account,
    people_of_account,
)
from projections.queries.finding import FoundAccount, find_accounts, siren_of
from projections.queries.why import Why, why

_UNFIT = re.compile(r"[^a-z0-9_.]+")
ENDED = (EnrolmentStatus.FINISHED.value, EnrolmentStatus.WITHDRAWN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRef:
    """An account that something is asked of; without a row it may not exist."""

    id: str
    row: AccountRow | None = None

    @property
    def stream(self) -> StreamId:
        """Return the stream that decides for it."""
        return stream_id(StreamKind.ACCOUNT, self.id)

    @property
    def label(self) -> str:
        """Return it as people read it: `Niort (commune-79191)`."""
        return f"{self.row.title} ({self.id})" if self.row else self.id

    @property
    def zone(self) -> str:
        """Return the time zone of its people."""
        return self.row.time_zone if self.row else DEFAULT_ZONE


async def account_to_read(views: Views, text: str) -> FoundAccount:
    """Return the one account that a text means; a part of its name will do.

    Raises:
        UsageError: Nothing is found.
        AmbiguousError: Several may be meant.
    """
    found = await views.ask(find_accounts, text)
    if not found:
        remedy = "give its id, its SIREN, or a part of its name"
        raise UsageError("the account", "be known", text, remedy=remedy)
    return _only(text, found)


async def account_to_ask(views: Views, text: str) -> AccountRef:
    """Return the account that something is asked of: by id, SIREN or whole name only.

    What nobody knows is asked all the same: the refusal then stands in the record.

    Raises:
        UsageError: It is a part of a name, or no id at all.
        AmbiguousError: Several accounts have that name.
    """
    found = await views.ask(find_accounts, text)
    exact = tuple(candidate for candidate in found if _is_exact(candidate, text))
    if exact:
        account = _only(text, exact)
        return AccountRef(id=account.id, row=await views.ask(account_numbered, account.number))
    row_of_siren = await _by_siren(views, found, text)
    if row_of_siren is not None:
        return row_of_siren
    if found:
        raise AmbiguousError(text, [(candidate.id, candidate.title) for candidate in found])
    slug = siren_of(text) or _UNFIT.sub("-", searchable(text)).strip("-")
    return AccountRef(id=key_of(slug, name="the account"))


async def person_of(views: Views, account: AccountRef, text: str) -> str:
    """Return a person's id, given it or a role that one person of the account has.

    Somebody the account does not know may be a name or an address: it is written nowhere.

    Raises:
        UsageError: Several people have that role, or nobody has it or that id.
    """
    if not text:
        return text
    if account.row is None:
        return key_of(text, name="the person")
    people = await views.ask(people_of_account, account.row.account)
    if any(known.person == text for known in people):
        return text
    role = role_named(ROLES, text)
    names = {text, role.name} if role is not None else {text}
    in_role = [known.person for known in people if known.role in names and not known.is_gone]
    if len(in_role) > 1:
        rule = f"be one person; as {text} there are {', '.join(in_role)}"
        raise UsageError("the person", rule, remedy="give the id")
    if not in_role:
        remedy = f"`relance timeline {account.id}` lists its people"
        raise UsageError("the person", f"be an id or a role in {account.label}", remedy=remedy)
    return in_role[0]


async def people_of(views: Views, account: AccountRef) -> tuple[PersonRow, ...]:
    """Return the people of an account, by id; none if it is not known."""
    found = await views.ask(people_of_account, account.row.account) if account.row else ()
    return tuple(sorted(found, key=lambda row: row.person))


async def enrolment_of(views: Views, account: AccountRef, number: int | None) -> int:
    """Return the enrolment meant: the one given, else the only one that runs.

    Raises:
        UsageError: None runs, or several do.
    """
    if number is not None or account.row is None:
        return number or 1
    rows = await views.ask(enrolments_of_account, account.row.account)
    running = [row for row in rows if row.status not in ENDED]
    if len(running) == 1:
        return running[0].enrolment
    told = ", ".join(f"{row.enrolment} ({row.sequence})" for row in running) or "none that runs"
    raise UsageError("--enrolment", f"name an enrolment of {account.label}", told)


async def hold_of(views: Views, account: AccountRef, number: int | None) -> int:
    """Return the hold meant: the one given, else the only one in force.

    Raises:
        UsageError: None is in force, or several are.
    """
    if number is not None or account.row is None:
        return number or 1
    holds = await views.ask(holds_of_account, account.row.account)
    if len(holds) == 1:
        return holds[0].hold
    told = ", ".join(f"{hold.hold} ({hold.scope})" for hold in holds) or "none"
    raise UsageError("the hold", f"name one in force on {account.label}", told)


async def touch_to_read(views: Views, account: str, number: int) -> Why:
    """Return what led to where a touch of an account stands.

    Raises:
        UsageError: There is no such touch.
    """
    name = touch_id(account, number)
    found = await views.ask(why, name)
    if found is None:
        remedy = f"`relance timeline {account}` lists the touches of the account"
        raise UsageError("the touch", "be known", name, remedy=remedy)
    return found


async def _by_siren(views: Views, found: tuple[FoundAccount, ...], text: str) -> AccountRef | None:
    if len(found) != 1:
        return None
    row = await views.ask(account_numbered, found[0].number)
    return AccountRef(id=row.name, row=row) if row.siren == siren_of(text) else None


def _is_exact(found: FoundAccount, text: str) -> bool:
    return found.id in (text.strip(), siren_of(text)) or searchable(found.title) == searchable(text)


def _only(text: str, found: tuple[FoundAccount, ...]) -> FoundAccount:
    if len(found) > 1:
        raise AmbiguousError(text, [(candidate.id, candidate.title) for candidate in found])
    return found[0]
