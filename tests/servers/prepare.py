"""Bring what the tests need ahead of time: `python -m tests.servers.prepare`.

Installs Debian packages where it may (root, with apt); otherwise says which command to
run, and ends with 1.  Then downloads Apache Kafka.
"""

import os
import shutil
import subprocess
import sys

from infra.store.binaries import find_binaries
from infra.store.errors import ServerError
from tools.kafka import COMMANDS, PACKAGES, bring_jars


def main() -> int:
    """Return the exit code: 0 if everything is there now."""
    try:
        binaries = find_binaries()
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"PostgreSQL {binaries.major}: {binaries.folder}")
    if not _install_packages():
        return 1
    print(f"Apache Kafka: {bring_jars()}")
    return 0


def _install_packages() -> bool:
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    if not missing:
        return True
    command = ("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(
            f"expected {' and '.join(missing)} to be installed, got: nothing; "
            f"run as root: {' '.join(command)}",
            file=sys.stderr,
        )
        return False
    subprocess.run(("apt-get", "update"), check=True)
    subprocess.run(("env", "DEBIAN_FRONTEND=noninteractive", *command), check=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
