"""The accounts of the year and their people, some of whom sit in two of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from infra.sample.accounts import SampleAccount
from infra.sample.filling import ELECTED, Sample, load_sample
from infra.sample.people import SamplePerson
from tests.journeys.year.draw import share

FIRST_SHARE = 3
"""One account in three is of the first campaign, one of the second, one of the third."""

ROLES = (
    ("responsable_service", "responsable du service éducation", 1.0),
    ("dgs", "directeur général des services", 0.6),
    ("dsi", "directeur des systèmes d'information", 0.4),
    (ELECTED, "adjoint à l'éducation", 0.3),
)
"""Role, function, and how many accounts know somebody in it."""

SAME_HUMAN = 0.10  # of the directors: known in the account before, under the same id
SAME_ADDRESS = 0.10  # known there too, under another id
SWITCHBOARD = 0.20  # of the accounts: one number for all


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSample(Sample):
    """A sample of which only the first campaign is filled in; the others come by themselves."""

    @property
    def members(self) -> tuple[SampleAccount, ...]:
        """Return the accounts of the first campaign."""
        return self.of_campaign(0)

    def of_campaign(self, number: int) -> tuple[SampleAccount, ...]:
        """Return the accounts of one campaign."""
        return self.accounts[number::FIRST_SHARE]


def population(count: int, seed: int) -> YearSample:
    """Return a sample of so many real accounts and invented people."""
    sample = load_sample()
    accounts = sample.accounts[:count]
    return YearSample(
        accounts=accounts,
        people=tuple(_people(accounts, sample.people, seed)),
        ruleset=sample.ruleset,
        plan=sample.plan,
    )


def _people(
    accounts: tuple[SampleAccount, ...], names: tuple[SamplePerson, ...], seed: int
) -> Iterator[SamplePerson]:
    made = 0
    director: SamplePerson | None = None
    for account in accounts:
        switchboard = _number(made) if share(seed, account.key, "line") < SWITCHBOARD else ""
        for role, function, frequency in ROLES:
            if share(seed, account.key, role) >= frequency:
                continue
            person = _person(names[made % len(names)], made, account, role, function)
            if role == "dgs" and director is not None:
                person = _perhaps_the_same(person, director, share(seed, account.key, "who"))
            director = person if role == "dgs" else director
            yield replace(person, phone=switchboard or person.phone)
            made += 1


def _person(
    named: SamplePerson, number: int, account: SampleAccount, role: str, function: str
) -> SamplePerson:
    user, _, host = named.email.partition("@")
    return replace(
        named,
        key=f"year-{number:04}",
        account_key=account.key,
        role=role,
        function=function,
        email=f"{user}.{_letters(number)}@{host}",
        phone=_number(number),
    )


def _perhaps_the_same(person: SamplePerson, other: SamplePerson, drawn: float) -> SamplePerson:
    if drawn < SAME_HUMAN:
        return replace(person, key=other.key, email=other.email, phone=other.phone)
    if drawn < SAME_HUMAN + SAME_ADDRESS:
        return replace(person, email=other.email)
    return person


def _number(number: int) -> str:
    return f"+3353649{number:04}"  # a block kept for fiction


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
