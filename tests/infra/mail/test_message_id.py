"""Message ids that name the attempt they carry out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidValueError
from infra.mail.message import MESSAGE_ID
from infra.mail.message_id import MessageKey, message_id, parse_message_id
from infra.secret import Secret
from tests.infra.mail.examples import SECRET

KEYS = st.builds(
    MessageKey,
    account=st.from_regex(r"[A-Za-z0-9_-]{1,9}(\.[A-Za-z0-9_-]{1,9}){0,5}", fullmatch=True),
    touch=st.integers(1, 10**9 - 1),
    attempt=st.integers(1, 10**9 - 1),
)
KEY = MessageKey(account="217901911", touch=4, attempt=2)


@given(key=KEYS)
def test_reads_back_what_was_written(key: MessageKey) -> None:
    """A reply or a bounce finds its touch by this alone."""
    written = message_id(key, secret=SECRET, domain="editeur.example")

    assert parse_message_id(written, secret=SECRET) == key


def test_stays_as_it_is() -> None:
    """Ids already sent must be understood for years."""
    written = message_id(KEY, secret=SECRET, domain="editeur.example")

    assert written == "<a217901911.t4.n2.xd5l54ubd3rtxb4e@editeur.example>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<someone@else.example>",
        "<a217901911.t4.n2.aaaaaaaaaaaaaaaa@editeur.example>",
        "<a217901911.t04.n2.aaaaaaaaaaaaaaaa@editeur.example>",
        "<a217901911.t4.n2@editeur.example>",
    ],
)
def test_of_others_names_nothing(text: str) -> None:
    """A stranger who makes ids up must not move our touches."""
    assert parse_message_id(text, secret=SECRET) is None


@given(key=KEYS, other=KEYS)
def test_of_one_attempt_never_passes_for_another(key: MessageKey, other: MessageKey) -> None:
    """The hash covers all three numbers."""
    mac = message_id(key, secret=SECRET, domain="x.fr").split(".")[-2].split("@")[0]
    forged = f"<a{other.account}.t{other.touch}.n{other.attempt}.{mac}@x.fr>"

    assert parse_message_id(forged, secret=SECRET) == (key if key == other else None)


def test_of_another_home_names_nothing() -> None:
    """Two installations may write to the same people."""
    written = message_id(KEY, secret=Secret(b"o" * 32), domain="editeur.example")

    assert parse_message_id(written, secret=SECRET) is None


@pytest.mark.parametrize("account", ["", "a b", "été", "x.", ".x", "a..b", "a" * 65, "é" * 200])
def test_account_that_no_id_can_hold_is_named_by_a_digest(account: str) -> None:
    """Such an account got no mail at all, and its first one ended the home."""
    key = MessageKey(account=account, touch=1, attempt=1)

    written = message_id(key, secret=SECRET, domain="editeur.example")

    assert MESSAGE_ID.fullmatch(written)
    assert parse_message_id(written, secret=SECRET) is None


@pytest.mark.parametrize(("touch", "attempt"), [(0, 1), (1, 0), (10**9, 1)])
def test_number_that_cannot_stand_in_an_id_is_our_fault(touch: int, attempt: int) -> None:
    """Numbers are ours alone: one out of range is a fault of the rules."""
    with pytest.raises(InvalidValueError, match=r"expected (touch|attempt) to"):
        MessageKey(account="a", touch=touch, attempt=attempt)


def test_domain_must_be_ascii() -> None:
    """Servers rewrite ids they cannot carry, and nothing matches any more."""
    with pytest.raises(InvalidValueError, match="expected domain to be one in ASCII"):
        message_id(KEY, secret=SECRET, domain="é.fr")
