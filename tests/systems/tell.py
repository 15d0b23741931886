"""Print the digest of the script told to a log in memory: `python -m tests.systems.tell`."""

import asyncio
import sys

from tests.systems.telling import digest, in_memory, tell


def main() -> None:
    """Tell, and print the digest as the last line."""
    sys.stdout.write(asyncio.run(_digest()) + "\n")


async def _digest() -> str:
    return digest(await tell(in_memory()))


if __name__ == "__main__":
    main()
