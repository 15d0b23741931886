"""The invented people: complete, marked, and impossible to take for anybody."""

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

import phonenumbers
import pytest

from infra.sample.accounts import ACCOUNTS as ACCOUNTS_FILE
from infra.sample.accounts import load_accounts
from infra.sample.errors import SampleDataError
from infra.sample.people import PEOPLE as PEOPLE_FILE
from infra.sample.people import load_people
from infra.sample.weights import ANSWERS
from tools.make_people import people_text

PEOPLE = load_people()
ACCOUNTS = {account.key: account for account in load_accounts()}

# Blocks that ARCEP keeps for works of fiction.
FICTION = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")


def plain(text: str) -> str:
    """Return letters and digits only, lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in decomposed if sign.isascii() and sign.isalnum())


def test_the_cast_is_190_people_in_80_accounts() -> None:
    """The reference scenario and the README count them."""
    sizes = Counter(Counter(person.account_key for person in PEOPLE).values())
    roles = Counter(person.role for person in PEOPLE)

    assert sizes == {2: 50, 3: 30}
    assert roles == {
        "responsable_service": 80,
        "dgs": 46,
        "dga": 15,
        "dsi": 30,
        "daf": 9,
        "elu": 10,
    }


def test_every_account_is_real_and_has_its_service_head_first() -> None:
    """The hierarchy rule begins there; Niort is what the README shows."""
    first_roles: dict[str, str] = {}
    for person in PEOPLE:
        first_roles.setdefault(person.account_key, person.role)

    assert first_roles.keys() <= ACCOUNTS.keys()
    assert set(first_roles.values()) == {"responsable_service"}
    assert "commune-79191" in first_roles


def test_the_campaign_meets_all_zones_and_none() -> None:
    """Each calendar rule is at work in the play: zones, no zone, Alsace-Moselle, overseas."""
    accounts = [ACCOUNTS[key] for key in {person.account_key for person in PEOPLE}]

    assert Counter(each.school_zone for each in accounts) == {"A": 25, "B": 24, "C": 25, None: 6}
    assert {"974", "972", "971", "2A", "2B", "68"} <= {each.departement for each in accounts}


def test_no_name_or_address_is_part_of_a_real_accounts_name() -> None:
    """Account names stand in the log in clear: a search for a person must not find them."""
    real = [plain(account.name) for account in ACCOUNTS.values()]
    parts = {
        plain(part)
        for person in PEOPLE
        for part in (
            person.given_name,
            person.family_name,
            *re.split(r"[.@]", person.email.removesuffix(".example")),
        )
    }

    assert not [part for part in parts if any(part in name for name in real)]


def test_names_are_too_long_to_occur_by_chance() -> None:
    """Sealed bytes are long and random; eight letters in a row do not turn up in them."""
    names = [name for person in PEOPLE for name in (person.given_name, person.family_name)]

    assert min(len(plain(name)) for name in names) >= 8


def test_no_personal_value_occurs_in_other_committed_data() -> None:
    """What stands in clear beside them would be found in their place."""
    texts = plain(ACCOUNTS_FILE.read_text("utf-8") + ANSWERS.read_text("utf-8"))

    assert not [person.key for person in PEOPLE if plain(person.family_name) in texts]
    assert not [person.key for person in PEOPLE if plain(person.given_name) in texts]


def test_addresses_and_numbers_are_unique_and_cannot_be_anybodys() -> None:
    """A message or a call that escapes must reach nobody."""
    assert len({person.email for person in PEOPLE}) == 190
    assert len({person.phone for person in PEOPLE}) == 190
    assert len({plain(person.family_name) for person in PEOPLE}) == 190
    assert all(person.email.endswith(".example") for person in PEOPLE)
    assert all(person.phone.startswith(FICTION) for person in PEOPLE)
    assert all(phonenumbers.is_possible_number(parsed(person.phone)) for person in PEOPLE)


def parsed(phone: str) -> phonenumbers.PhoneNumber:
    """Return the number; E.164 needs no region."""
    return phonenumbers.parse(phone)


def test_everybody_is_marked_and_says_so_in_the_source() -> None:
    """Wherever they show, a reader must see that they are invented."""
    assert all(person.is_invented for person in PEOPLE)
    assert all("inventée" in person.source_contact for person in PEOPLE)


def test_a_colleagues_address_shares_the_domain() -> None:
    """A cap per recipient domain is one per organisation, and sometimes for several."""
    domains: dict[str, set[str]] = {}
    for person in PEOPLE:
        domains.setdefault(person.account_key, set()).add(person.email.split("@")[1])
    hosts = Counter(domain for found in domains.values() for domain in found)

    assert all(len(found) == 1 for found in domains.values())
    assert sorted(hosts.values())[-4:] == [1, 3, 5, 20]


def test_an_unknown_civility_greets_without_a_name() -> None:
    """The salutation is left out, never made up."""
    unknown = [person for person in PEOPLE if person.civility is None]

    assert len(unknown) == 6
    assert {person.salutation for person in unknown} == {""}
    assert PEOPLE[0].salutation == f"{PEOPLE[0].civility} {PEOPLE[0].family_name}"


def test_the_file_is_what_its_script_writes() -> None:
    """A hand-made change would be lost at the next run."""
    assert PEOPLE_FILE.read_text("utf-8") == people_text()


def test_a_person_who_is_not_marked_is_refused_without_being_named(tmp_path: Path) -> None:
    """Nobody real may slip into the sample, and an error must not show who it was."""
    with PEOPLE_FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows[0]["is_invented"] = "false"
    damaged = tmp_path / "people.csv"
    with damaged.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    with pytest.raises(SampleDataError, match=r"line 2, .*to be invented") as caught:
        load_people(damaged)
    assert rows[0]["family_name"] not in str(caught.value)
