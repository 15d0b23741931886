"""Copy the repository, and plant one fault at a time in the copy."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path
from typing import NamedTuple

from tests.architecture.repository import PACKAGES, ROOT, files, relative


class Breakage(NamedTuple):
    """A deliberate fault of the product, and the test that must notice it."""

    name: str
    takes_away: str  # one sentence: what the product does not do any more
    path: str
    old: str  # occurs there exactly once
    new: str
    noticed_by: str  # a test as pytest names it, or `seeds:N`

    def planted_in(self, text: str) -> str:
        """Return the text of the module with the fault.

        Raises:
            ValueError: The old text does not occur exactly once.
        """
        count = text.count(self.old)
        if count != 1:
            reason = f"expected the old text of {self.name} once in {self.path}, got: {count}"
            raise ValueError(reason)
        return text.replace(self.old, self.new)


class ForeignCodeError(Exception):
    """The copy would run modules from elsewhere, and every fault would survive."""

    def __init__(self, found: str) -> None:
        super().__init__(f"expected the modules of the copy, got: {found}")


class Copy:
    """The repository a second time; whatever runs in it runs its code."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def made_in(cls, root: Path) -> "Copy":
        """Copy every file of the repository.

        Raises:
            ForeignCodeError: The modules that would run are not those of the copy.
        """
        for path in files():
            target = root / relative(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
        copy = cls(root)
        copy.check_origin()
        return copy

    def command(self, *words: str) -> list[str]:
        """Return the command that runs Python with the modules of the copy, children included."""
        return ["env", f"PYTHONPATH={self.root}", sys.executable, *words]

    def check_origin(self) -> None:
        """Check where the modules come from.

        Raises:
            ForeignCodeError: From elsewhere.
        """
        names = ", ".join(PACKAGES)
        asking = f"import {names}\nprint(*(package.__path__[0] for package in ({names})))"
        said = subprocess.run(
            self.command("-c", asking), cwd="/", check=True, capture_output=True, text=True
        ).stdout
        if said.split() != [str(self.root / package) for package in PACKAGES]:
            raise ForeignCodeError(said)

    @contextmanager
    def with_fault(self, breakage: Breakage) -> Iterator[None]:
        """Plant a fault for a block."""
        path = self.root / breakage.path
        sound = path.read_text(encoding="utf-8")
        self._write(path, breakage.planted_in(sound))
        try:
            yield
        finally:
            self._write(path, sound)

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        # Two versions of a second may have one size: Python would take the former's bytecode.
        Path(cache_from_source(str(path))).unlink(missing_ok=True)


def sound_text(path: str) -> str:
    """Return a module of the product as it is."""
    return (ROOT / path).read_text(encoding="utf-8")
