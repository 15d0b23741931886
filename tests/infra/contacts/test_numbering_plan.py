"""One line has one normal form over the whole numbering plan, however it is written."""

import itertools
from collections.abc import Iterator

import phonenumbers
import pytest

from infra.contacts.errors import ContactPointError
from infra.contacts.normal import (
    FRENCH_CODES,
    METROPOLITAN,
    MIQUELON,
    OVERSEAS_PREFIXES,
    OVERSEAS_REGIONS,
    normal_phone,
)

REGIONS = (METROPOLITAN, *OVERSEAS_REGIONS.values())
TAILS = ("012345", "356789", "689012")
SEPARATORS = (" ", ".", "-", "/", "\u00a0", "\u202f", "\u2009", "\u2011", "")
APART = {681: 6, 687: 6, 689: 8}
"""Territories with plans of their own, and how long their numbers are."""


def lines(code: int, *, length: int = 9, known: int = 4) -> Iterator[str]:
    """Yield a number of each prefix of so many digits that a code has assigned."""
    for digits in itertools.product("0123456789", repeat=known):
        for tail in TAILS:
            number = ("".join(digits) + tail)[:length]
            parsed = phonenumbers.PhoneNumber(country_code=code, national_number=int(number))
            if number[0] != "0" and phonenumbers.is_valid_number(parsed):
                yield number
                break


def identity(typed: str, region: str = METROPOLITAN) -> str:
    """Return the identity of a number."""
    return normal_phone(typed, region=region).identity


@pytest.mark.parametrize("code", FRENCH_CODES)
def test_each_prefix_of_the_shared_plan_is_one_line_under_every_code(code: int) -> None:
    """An objection to +33 596... left the line +596 596... to be called."""
    numbers = list(lines(code, known=3 if code == 33 else 4))
    assert len(numbers) > 100
    for index, number in enumerate(numbers):
        region = REGIONS[index % len(REGIONS)]
        line = identity(f"0{number}")
        written = [f"+{other}{number}" for other in FRENCH_CODES]
        written += [f"0{number}", f"00{code}{number}", f"+{code}0{number}", f"+{code} (0){number}"]
        # Each number in a third of the ways: its neighbours are written in the others.
        assert {identity(typed, region) for typed in written[index % 3 :: 3]} == {line}, number
        assert identity(line) == line


def test_each_line_is_known_abroad_under_the_code_that_has_it() -> None:
    """What is dialled from elsewhere must reach the line."""
    for code in FRENCH_CODES[1:]:
        for number in lines(code):
            line = identity(f"0{number}")
            if number.startswith(("8", "9")):  # of no place: any code reaches it, or none
                continue
            assert line == f"+{code}{number}"


def test_miquelon_has_six_digits_and_stands_behind_0508_from_france() -> None:
    """It has a code of its own, and a prefix in the shared plan."""
    for index, number in enumerate(lines(MIQUELON, length=6, known=3)):
        region = REGIONS[index % len(REGIONS)]
        written = (f"+508{number}", f"0508{number}", f"+33508{number}", f"00508{number}")
        assert {identity(typed, region) for typed in written} == {f"+508{number}"}
        assert identity(number, "PM") == f"+508{number}"


@pytest.mark.parametrize(("code", "length"), APART.items())
def test_a_territory_of_its_own_plan_is_read_by_its_code_from_anywhere(
    code: int, length: int
) -> None:
    """Only its short national form depends on where it is typed."""
    region = phonenumbers.region_code_for_country_code(code)
    for index, number in enumerate(lines(code, length=length, known=3)):
        other = REGIONS[index % len(REGIONS)]
        written = (f"+{code}{number}", f"00{code}{number}")
        assert {identity(typed, other) for typed in written} == {f"+{code}{number}"}
        assert identity(number, region) == f"+{code}{number}"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_separators_are_nothing(separator: str) -> None:
    """Numbers are copied from signatures, PDF files and spreadsheets."""
    parts = ("05", "49", "78", "79", "80")
    assert identity(separator.join(parts)) == "+33549787980"
    assert identity(separator.join(("+33", "5", *parts[1:]))) == "+33549787980"


@pytest.mark.parametrize(
    "typed",
    [
        "05 49 78 79 80 poste 12",
        "05 49 78 79 80, poste\u202f12",
        "05.49.78.79.80 (poste 12)",
        "+33549787980;ext=12",
        "Tél. : 05 49 78 79 80 p. 12",
        "05 49 78 79 80 x12",
        "05 49 78 79 80 #12",
        "0033 549787980 ext. 12",
    ],
)
def test_an_extension_stands_behind_its_switchboard(typed: str) -> None:
    """An objection to the switchboard holds for whoever is reached through it."""
    contact = normal_phone(typed)

    assert (contact.identity, contact.behind) == ("+33549787980;ext=12", "+33549787980")


def test_of_older_homes_every_form_goes_on_matching() -> None:
    """Their tags were made of one of these, and name streams for ever."""
    assert normal_phone("0596 60 00 00").former == ("+33596600000",)
    assert normal_phone("+33 5 08 41 23 45").former == ("+33508412345",)
    assert normal_phone("0596 60 00 00 poste 3").former == ("+33596600000;ext=3",)
    assert normal_phone("05 49 78 79 80").former == ()


def test_a_prefix_is_given_to_one_code_only() -> None:
    """A longer one may say more exactly; none contradicts itself."""
    assert all(prefix.isdigit() and len(prefix) in (3, 4, 5) for prefix in OVERSEAS_PREFIXES)


@pytest.mark.parametrize(
    "typed", ["au 05 49 78 79 80", "05 49 78 79 80 ou 81", "allo", "+", "poste 12"]
)
def test_what_is_no_single_number_is_refused(typed: str) -> None:
    """Two numbers in one field would be one that nobody has."""
    with pytest.raises(ContactPointError):
        normal_phone(typed)
