"""Find an account by what a person types."""

import re

from msgspec import Struct

from projections.accounts.organisations import searchable
from projections.queries.page import Page, structs_of

FOUND_MAX = 50

_CONDITIONS = (
    "name = $1 or siren = $1",
    "search = $1",
    "starts_with(search, $1)",
    "position($1 in search) > 0",
)
"""From the closest way to be meant to the widest: id, whole name, beginning, part."""

_FIND = """
select account as number, name as id, title, kind, departement, status, stage
from account where {condition} order by title, name limit $2
"""


def siren_of(text: str) -> str:
    """Return the nine digits of a SIREN however it is spaced; empty for another text.

    Examples:
        >>> siren_of("217 901\u202f911"), siren_of("Niort"), siren_of("21790191")
        ('217901911', '', '')
    """
    digits = re.sub(r"[\s.\u200b-]", "", text)
    return digits if re.fullmatch(r"[0-9]{9}", digits) else ""


class FoundAccount(Struct, frozen=True, kw_only=True):
    """An account that may be meant."""

    number: int  # local to the view
    id: str
    title: str
    kind: str
    departement: str
    status: str
    stage: str


async def find_accounts(page: Page, text: str) -> tuple[FoundAccount, ...]:
    """Return the accounts that `text` may mean; accents and case are ignored.

    An id or SIREN, else a whole name, else the beginning of names, else a part of them:
    the first of these that finds something answers.

    Returns:
        None, one, or the candidates among which a person must choose; at most `FOUND_MAX`.
    """
    named = siren_of(text) or text.strip()
    for condition, wanted in zip(_CONDITIONS, (named, *[searchable(text)] * 3), strict=True):
        sql = _FIND.format(condition=condition)
        if wanted and (records := await page.fetch(sql, wanted, FOUND_MAX)):
            return structs_of(FoundAccount, records)
    return ()
