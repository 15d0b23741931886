"""What may be done in a home's database, and by whom; nothing of it is the data's to say.

The owner of the database's objects is a role without powers over the server or its files;
the server's superuser cannot log in.  Both are arranged in the server's single-user mode,
which needs no login, and again for a home that came from elsewhere.
"""

from collections.abc import Mapping
from pathlib import Path

ROLE = "relance"
SUPERUSER = "keeper"
FORM = "1"
"""Of what is arranged here; a home that says another is arranged anew."""

ARRANGE = Path(__file__).with_name("arrange_roles.sql")
"""What makes the role, and gives it what the superuser owned."""

MAY_CREATE_DATABASES = f"alter role {ROLE} createdb;\n\ngrant pg_signal_backend to {ROLE};\n\n"

WITHOUT_OTHERS: Mapping[str, str] = {
    "shared_preload_libraries": "",
    "session_preload_libraries": "",
    "local_preload_libraries": "",
    "restore_command": "",
    "archive_mode": "off",
    "archive_command": "",
}
"""Settings by which files of a data folder could have something run."""

WRITE_FILES = """
set -e
umask 077
rm -f recovery.signal standby.signal postgresql.auto.conf postgresql.conf pg_hba.conf pg_ident.conf
: > postgresql.auto.conf
: > postgresql.conf
printf '%s' "$1" > pg_hba.conf
printf '%s' "$2" > pg_ident.conf
"""
"""Replaces the server's configuration by ours, run as the account that owns the data."""


def logins(seen_as: str) -> tuple[str, str]:
    """Return the files that say who may log in: the role, by whoever runs the home alone.

    A user id without a name cannot be asked for by the server: there the folder's mode alone
    keeps others out.
    """
    if not seen_as:
        return f"local all {ROLE} trust\n", ""
    return f"local all {ROLE} peer map=home\n", f'home "{seen_as}" {ROLE}\n'
