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
class Report:
    """Findings of one file, collected while it is read; the list is the caller's to grow."""

    file: Path
    findings: list[Finding] = field(default_factory=list)

    def add(self, rule: str, mark: Mark, *, message: str, remedy: str) -> None:
        """Note one fault."""
        self.findings.append(
            Finding(
                file=self.file,
                line=mark.line,
                column=mark.column,
                rule=rule,
                message=message,
                remedy=remedy,
            )
        )

    def about(self, file: Path) -> "Report":
        """Return a report on another file that grows the same list."""
        return Report(file, self.findings)

    def __iter__(self) -> Iterator[Finding]:
        """Yield what was found, in the order of discovery."""
        return iter(self.findings)
