"""Database addresses: read, written for the driver, and never shown with a password."""

import pytest

from infra.secret import Secret
from infra.store.dsn import Dsn
from infra.store.errors import AddressError


@pytest.mark.parametrize(
    ("url", "dsn"),
    [
        (
            "postgresql://relance:p%40ss@db.example:6432/prod",
            Dsn(
                host="db.example",
                port=6432,
                user="relance",
                database="prod",
                password=Secret("p@ss"),
            ),
        ),
        ("postgres://relance@db/prod", Dsn(host="db", user="relance", database="prod")),
        (
            "postgresql://relance@/prod?host=/run/postgresql",
            Dsn(host="/run/postgresql", user="relance", database="prod"),
        ),
    ],
)
def test_an_address_is_read(url: str, dsn: Dsn) -> None:
    """Operators write the address as every PostgreSQL tool takes it."""
    assert Dsn.parse(url) == dsn


@pytest.mark.parametrize("url", ["mysql://a:secret@h/d", "postgresql://h/d", "postgresql://a@h"])
def test_an_address_that_misses_something_is_refused(url: str) -> None:
    """The sentence shows the form, and no password."""
    with pytest.raises(AddressError, match="postgresql://user@host/database") as caught:
        Dsn.parse(url)

    assert "secret" not in str(caught.value)


def test_a_password_is_not_shown() -> None:
    """Addresses end up in tracebacks."""
    dsn = Dsn.parse("postgresql://relance:secret@db/prod")

    assert "secret" not in repr(dsn)
    assert "secret" in dsn.connect_arguments().values()
