"""Bring typed addresses and numbers to one normal form, or say which rule they break.

Two people who type one address two ways must meet the same suppression.  A refusal
names the field, the rule and the remedy, never what was typed.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException

from engine.values import Channel
from infra.contacts.errors import ContactPointError

METROPOLITAN = "FR"
OVERSEAS_REGIONS = {
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
FRENCH_CODES = (33, 262, 590, 594, 596)
"""Country codes that share one plan: a nine-digit number under any of them is one line."""
PLAN_LENGTH = 9
# Under which code a line of the shared plan is known abroad; of the others it is 33.
# Source: Arcep, decision 2018-0881 as amended, numbers by territory.
OVERSEAS_PREFIXES = {
    "262": 262, "263": 262, "2688": 262, "2689": 262, "269": 262, "639": 262, "692": 262,
    "693": 262, "7092": 262, "70935": 262, "70936": 262, "70937": 262,
    "590": 590, "5987": 590, "690": 590, "691": 590, "7090": 590,
    "594": 594, "5988": 594, "694": 594,
    "70930": 594, "70931": 594, "70932": 594, "70933": 594,
    "596": 596, "5989": 596, "696": 596, "697": 596, "7091": 596,
}  # fmt: skip
MIQUELON = 508  # a code of its own; dialled from France its six digits stand behind 0508
MIQUELON_MOBILE = "708"
# Blocks of 10,000 kept for fiction; the parser knows five of them and refuses the mobile one.
# Source: Arcep, numbers for audiovisual works.
FICTION_PREFIXES = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")
FICTION_LENGTH = len("+33639980000")
# RFC 2606 and RFC 6761; `.test` and `.invalid` are refused before this is asked.
FICTION_DOMAINS = ("example", "example.com", "example.net", "example.org")
EXTENSION = re.compile(
    r"[\s,;(]*(?:;ext=|\bextension|\bext\.?|\bposte|\bpost\.|\bp\.|\bint\.?|x|#)\s*:?\s*"
    r"(?P<digits>\d{1,7})\s*\)?$",
    re.IGNORECASE,
)
LABEL = re.compile(r"^t[ée]l(?:[ée]phone)?\b[\s.:]*", re.IGNORECASE)
NUMBER = re.compile(r"[+\d][\d\s()./_\u2010-\u2015-]*")
# Mailboxes that an organisation has, and no person; what follows a dot or a hyphen may vary.
SHARED_LOCAL_PARTS = frozenset(
    [
        "accueil",
        "administration",
        "agglo",
        "bonjour",
        "cabinet",
        "commune",
        "communaute",
        "contact",
        "courrier",
        "direction",
        "info",
        "infos",
        "mairie",
        "marches",
        "marchespublics",
        "secretariat",
        "services",
        "standard",
        "urbanisme",
        "ville",
    ]
)
ADDRESS_MAX = 254  # RFC 5321, a path of 256 with its brackets
LOCAL_MAX = 64  # before the @


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalContact:
    """An address or a number in its normal form; prints without either."""

    channel: Channel  # EMAIL or CALL
    field: str  # the name it is sealed under: "email" or "phone"
    identity: str = dataclasses.field(repr=False)  # what the tag is made of
    value: str = dataclasses.field(repr=False)  # what is written to or dialled
    domain: str = dataclasses.field(default="", repr=False)
    behind: str = dataclasses.field(default="", repr=False)  # of an extension: its switchboard
    former: tuple[str, ...] = dataclasses.field(default=(), repr=False)  # older identities of it
    is_shared: bool = False  # guessed: an organisation's, and no person's
    is_fiction: bool = False  # in a range that reaches nobody


def normal_email(text: str, *, field_name: str = "email") -> NormalContact:
    """Return an e-mail address in its normal form.

    The identity is lower case throughout; the value keeps the case of the part before
    the @, which belongs to the receiver.  An international domain becomes its ASCII form.
    No name server is asked.

    Raises:
        ContactPointError: Codes `email.at_sign`, `email.length`, `email.ascii`,
            `email.domain`, `email.local`.
    """
    typed = text.strip()
    _check_email_shape(typed, field_name)
    try:
        checked = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        # The cause is dropped: its sentence quotes the address.
        raise _email_error(typed, field_name) from None
    address = f"{checked.local_part}@{checked.ascii_domain}"
    if len(address) > ADDRESS_MAX:
        raise _email_too_long(field_name)
    return NormalContact(
        channel=Channel.EMAIL,
        field="email",
        identity=address.lower(),
        value=address,
        domain=checked.ascii_domain,
        is_shared=_is_shared_local_part(checked.local_part),
        is_fiction=_is_fiction_domain(checked.ascii_domain),
    )


def normal_phone(
    text: str, *, region: str = METROPOLITAN, field_name: str = "phone"
) -> NormalContact:
    """Return a number in E.164, with its extension if it has one (`+33...;ext=12`).

    One line has one normal form, however it is written: with any of the codes of France's
    shared plan or none, with any separators.  Only a number of six or eight digits, which
    several territories have, is read as one of `region` (see `phone_region`).

    Raises:
        ContactPointError: Codes `phone.digits`, `phone.length`, `phone.assigned`.
    """
    typed, extension = _split(text)
    for reading in _readings(typed, region):
        line = _line(reading)
        is_fiction = _is_fiction_number(line)
        if is_fiction or _is_assigned(line) or phonenumbers.is_valid_number(reading):
            return _phone_contact(line, extension, is_fiction=is_fiction)
    raise _phone_error(typed, region, field_name)


def phone_region(department: str) -> str:
    """Return the region in which numbers of a département are typed: `974` gives `RE`."""
    return OVERSEAS_REGIONS.get(department, METROPOLITAN)


def _check_email_shape(typed: str, field_name: str) -> None:
    if typed.count("@") != 1 or typed.startswith("@") or typed.endswith("@"):
        raise ContactPointError(
            field_name,
            code="email.at_sign",
            rule="have one @ between a name and a domain",
            remedy="give one address, such as prenom.nom@domaine.fr",
        )
    if len(typed) > ADDRESS_MAX:
        raise _email_too_long(field_name)
    if len(typed.partition("@")[0]) > LOCAL_MAX:
        raise ContactPointError(
            field_name,
            code="email.length",
            rule=f"have at most {LOCAL_MAX} characters before the @",
            remedy="check the part before the @",
        )
    if not typed.partition("@")[0].isascii():
        raise ContactPointError(
            field_name,
            code="email.ascii",
            rule="have no accent before the @",
            remedy="ask for the address as the mail service writes it",
        )


def _email_too_long(field_name: str) -> ContactPointError:
    return ContactPointError(
        field_name,
        code="email.length",
        rule=f"have at most {ADDRESS_MAX} characters",
        remedy="give the address alone",
    )


def _email_error(typed: str, field_name: str) -> ContactPointError:
    """Return which side of the @ is wrong, found by trying the domain with a good name."""
    try:
        validate_email(f"a@{typed.partition('@')[2]}", check_deliverability=False)
    except EmailNotValidError:
        return ContactPointError(
            field_name,
            code="email.domain",
            rule="have a domain that mail can reach after the @",
            remedy="check the part after the @, such as ville.fr",
        )
    return ContactPointError(
        field_name,
        code="email.local",
        rule="have letters, digits and . _ - + before the @, without two dots in a row",
        remedy="check the part before the @",
    )


def _is_fiction_domain(domain: str) -> bool:
    return any(domain == known or domain.endswith(f".{known}") for known in FICTION_DOMAINS)


def _is_shared_local_part(local_part: str) -> bool:
    return re.split(r"[._+-]", local_part.lower())[0] in SHARED_LOCAL_PARTS


def _split(text: str) -> tuple[str, str]:
    """Return a number as digits, with a + where it has its country's code, and its extension."""
    plain = LABEL.sub("", unicodedata.normalize("NFKC", text).strip())
    extension = EXTENSION.search(plain)
    number = plain[: extension.start()] if extension else plain
    if not NUMBER.fullmatch(number):
        return "", ""
    digits = re.sub(r"[^+\d]", "", number).replace("+00", "+", 1)
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    return digits, extension["digits"] if extension else ""


def _readings(typed: str, region: str) -> Iterator[phonenumbers.PhoneNumber]:
    """Yield how a number can be read, likeliest first."""
    for candidate_region in dict.fromkeys((region, METROPOLITAN)):
        try:
            yield phonenumbers.parse(typed, candidate_region)
        except NumberParseException:
            continue


def _line(reading: phonenumbers.PhoneNumber) -> str:
    """Return the one E.164 form of the line that a reading means."""
    code = reading.country_code or 0
    number = phonenumbers.national_significant_number(reading)
    if len(number) == PLAN_LENGTH and code in (*FRENCH_CODES, MIQUELON):
        if number.startswith(str(MIQUELON)):
            return f"+{MIQUELON}{number[3:]}"
        if number.startswith(MIQUELON_MOBILE):
            return f"+{MIQUELON}{number}"
        return f"+{_code(number)}{number}"
    return f"+{code}{number}"


def _code(number: str) -> int:
    """Return the code under which nine digits of the shared plan are known abroad."""
    if _is_fiction_number(f"+33{number}"):
        return 33  # 06 39 is Mayotte's, but for the block kept for fiction.
    known = (OVERSEAS_PREFIXES.get(number[:length]) for length in (5, 4, 3))
    return next((code for code in known if code), 33)


def _is_assigned(line: str) -> bool:
    """Whether a line is assigned, under its own code or as another of the plan has it."""
    return any(
        phonenumbers.is_valid_number(phonenumbers.parse(name)) for name in (line, *_names(line))
    )


def _names(line: str) -> tuple[str, ...]:
    """Return the other names that a line of the shared plan can be given."""
    code, number = _code_and_number(line)
    if code not in (*FRENCH_CODES, MIQUELON):
        return ()
    plan = f"{MIQUELON}{number}" if len(number) < PLAN_LENGTH else number
    return tuple(name for other in FRENCH_CODES if (name := f"+{other}{plan}") != line)


def _code_and_number(line: str) -> tuple[int, str]:
    known = next((code for code in (*FRENCH_CODES, MIQUELON) if line.startswith(f"+{code}")), 0)
    return known, line.removeprefix(f"+{known}")


def _is_fiction_number(e164: str) -> bool:
    return len(e164) == FICTION_LENGTH and e164.startswith(FICTION_PREFIXES)


def _phone_contact(line: str, extension: str, *, is_fiction: bool) -> NormalContact:
    """Return the contact of a line; an extension of it is a contact of its own behind it."""
    suffix = f";ext={extension}" if extension else ""
    number = f"{line}{suffix}"
    return NormalContact(
        channel=Channel.CALL,
        field="phone",
        identity=number,
        value=number,
        behind=line if extension else "",
        former=tuple(f"{name}{suffix}" for name in _names(line) if _was_known(name)),
        is_fiction=is_fiction,
    )


def _was_known(name: str) -> bool:
    """Whether the normal form of older homes could have made this of a line."""
    return phonenumbers.is_valid_number(phonenumbers.parse(name))


def _phone_error(typed: str, region: str, field_name: str) -> ContactPointError:
    readings = tuple(_readings(typed, region))
    if not readings:
        return ContactPointError(
            field_name,
            code="phone.digits",
            rule="be a telephone number",
            remedy="give digits, such as 05 49 00 00 00 or +33 5 49 00 00 00",
        )
    if not any(phonenumbers.is_possible_number(reading) for reading in readings):
        return ContactPointError(
            field_name,
            code="phone.length",
            rule="have as many digits as a number of its country",
            remedy="check for a missing or a doubled digit",
        )
    return ContactPointError(
        field_name,
        code="phone.assigned",
        rule="begin like a number that its country assigns",
        remedy="check the first digits, or write it with its country code (+33...)",
    )
