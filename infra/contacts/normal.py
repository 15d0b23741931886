"""Bring typed addresses and numbers to one normal form, or say which rule they break.

Two people who type one address two ways must meet the same suppression.  A refusal
names the field, the rule and the remedy, never what was typed.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

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
# In France's one ten-digit plan these prefixes are overseas, wherever they are typed.
# Source: Arcep, decision 2018-0881 as amended, numbers by territory.
OVERSEAS_PREFIXES = {
    "0262": "RE",
    "0263": "RE",
    "0269": "YT",
    "0590": "GP",
    "0594": "GF",
    "0596": "MQ",
    "0639": "YT",
    "0690": "GP",
    "0691": "GP",
    "0692": "RE",
    "0693": "RE",
    "0694": "GF",
    "0696": "MQ",
    "0697": "MQ",
}
# Blocks of 10,000 kept for fiction; the parser knows five of them and refuses the mobile one.
# Source: Arcep, numbers for audiovisual works.
FICTION_PREFIXES = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")
FICTION_LENGTH = len("+33639980000")
# RFC 2606 and RFC 6761; `.test` and `.invalid` are refused before this is asked.
FICTION_DOMAINS = ("example", "example.com", "example.net", "example.org")
EXTENSION = re.compile(r"\b(?:poste|p\.)\s*(?=\d{1,6}\s*$)", re.IGNORECASE)
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
        is_fiction=_is_fiction_domain(checked.ascii_domain),
    )


def normal_phone(
    text: str, *, region: str = METROPOLITAN, field_name: str = "phone"
) -> NormalContact:
    """Return a number in E.164, with its extension if it has one (`+33...;ext=12`).

    A number typed the national way is read as one of `region` (see `phone_region`),
    save that an overseas prefix of France's common plan counts wherever it is typed.

    Raises:
        ContactPointError: Codes `phone.digits`, `phone.length`, `phone.assigned`.
    """
    typed = EXTENSION.sub("ext ", text.strip())
    for candidate in _readings(typed, region):
        e164 = phonenumbers.format_number(candidate, PhoneNumberFormat.E164)
        is_fiction = _is_fiction_number(e164)
        if is_fiction or phonenumbers.is_valid_number(candidate):
            return _phone_contact(e164, candidate.extension, is_fiction=is_fiction)
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


def _readings(typed: str, region: str) -> Iterator[phonenumbers.PhoneNumber]:
    """Yield how a number can be read, likeliest first."""
    for candidate_region in _regions(typed, region):
        try:
            yield phonenumbers.parse(typed, candidate_region)
        except NumberParseException:
            continue


def _regions(typed: str, region: str) -> tuple[str, ...]:
    digits = re.sub(r"\D", "", typed)
    if typed.startswith("+") or digits.startswith("00"):
        return (region,)
    if _is_fiction_number(f"+33{digits[1:]}"):
        return (METROPOLITAN,)  # 06 39 is Mayotte's, but for the block kept for fiction.
    prefixed = OVERSEAS_PREFIXES.get(digits[:4])
    candidates = (prefixed, region, METROPOLITAN) if prefixed else (region, METROPOLITAN)
    return tuple(dict.fromkeys(candidates))


def _is_fiction_number(e164: str) -> bool:
    return len(e164) == FICTION_LENGTH and e164.startswith(FICTION_PREFIXES)


def _phone_contact(e164: str, extension: str | None, *, is_fiction: bool) -> NormalContact:
    # One switchboard serves a whole town hall: only the extension tells people apart.
    number = f"{e164};ext={extension}" if extension else e164
    return NormalContact(
        channel=Channel.CALL, field="phone", identity=number, value=number, is_fiction=is_fiction
    )


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
