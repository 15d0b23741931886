"""Check sequence files: every fault of every file, with its place, rule and remedy."""

from collections.abc import Iterable
from pathlib import Path

from sequences.findings import Finding
from sequences.load import load


def check(paths: Iterable[Path]) -> tuple[Finding, ...]:
    """Return every fault of the given sequence files and of the texts beside them.

    Args:
        paths: `sequence.yaml` files, or folders that hold one.

    Returns:
        Faults sorted by file, line and column, each once; none if all can be published.
    """
    found = {finding for path in paths for finding in load(path).findings}
    return tuple(sorted(found))
