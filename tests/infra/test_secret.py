"""Secrets: shown nowhere, stored nowhere, given back only when asked."""

import pickle

import pytest

from infra.secret import Secret, SecretStoredError

PASSWORD = "correct horse battery staple"  # noqa: S105  (an example, opens nothing)


def test_no_way_of_printing_shows_the_value() -> None:
    """A settings object lands in tracebacks; a password in one is a leak."""
    secret = Secret(PASSWORD)

    shown = (repr(secret), str(secret), f"{secret:>40}", f"{[secret]}", "%s" % secret)  # noqa: UP031  (each way of formatting is the point)

    assert shown == ("***", "***", "***", "[***]", "***")


def test_reveal_gives_back_what_was_kept() -> None:
    """The one door, and it loses nothing."""
    assert (Secret(PASSWORD).reveal(), Secret(b"\x00\xff").reveal()) == (PASSWORD, b"\x00\xff")


def test_secrets_compare_by_value_and_never_equal_a_bare_one() -> None:
    """Comparing with plain text by accident must not work."""
    assert Secret(PASSWORD) == Secret(PASSWORD)
    assert {Secret(PASSWORD), Secret(PASSWORD)} == {Secret(PASSWORD)}
    assert Secret(PASSWORD) != Secret("other")
    assert Secret(PASSWORD) != PASSWORD


def test_a_secret_cannot_be_pickled() -> None:
    """Pickles end up in files and queues."""
    with pytest.raises(SecretStoredError, match="expected a secret to stay in memory"):
        pickle.dumps(Secret(PASSWORD))
