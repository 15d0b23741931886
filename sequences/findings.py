"""What the checker found in a sequence: where, by which rule, what to do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Mark(NamedTuple):
    """A place in a file; both numbers start at 1."""

    line: int
    column: int


START = Mark(1, 1)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One fault of a sequence file or of a text beside it."""

    file: Path
    line: int
    column: int
    rule: str  # stable id: "offset.syntax"
    message: str  # what is wrong, lower case, no full stop
    remedy: str  # what to do about it

    def __str__(self) -> str:
        """Return it as one line, the place first, as compilers do."""
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.rule}: {self.message}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one file, while it is read; files beside it grow the same list."""

    file: Path
    found: list[Finding] = field(default_factory=list)

    def add(self, rule: str, mark: Mark, *, message: str, remedy: str) -> None:
        """Note one fault."""
        self.found.append(
            Finding(
                file=self.file,
                line=mark.line,
                column=mark.column,
                rule=rule,
                message=message,
                remedy=remedy,
            )
        )

    def about(self, file: Path) -> "Findings":
        """Return the findings of another file, which grow the same list."""
        return Findings(file, self.found)

    def __iter__(self) -> Iterator[Finding]:
        """Yield what was found, in the order of discovery."""
        return iter(self.found)
