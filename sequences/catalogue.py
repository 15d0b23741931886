"""Find the sequences that come with Relance, by name or by path."""

from pathlib import Path
from typing import Final

LIBRARY: Final = Path(__file__).parent / "library"


def library_names() -> tuple[str, ...]:
    """Return the names of all sequences of the library, sorted."""
    return tuple(sorted(file.parent.name for file in LIBRARY.glob("*/sequence.yaml")))


def find_sequence(name_or_path: str) -> Path:
    """Return the file of a sequence of the library, or the path as given.

    A name of the library wins over a file of the same name; whether a path can be read
    is for `sequences.load` to say.
    """
    if name_or_path in library_names():
        return LIBRARY / name_or_path / "sequence.yaml"
    return Path(name_or_path)
