"""What is wrong with a committed sample file: where, which rule, what to do."""

from pathlib import Path


class SampleDataError(Exception):
    """A sample file does not hold what its reader expects; nothing was loaded.

    Names, addresses and numbers never enter the sentence.
    """

    def __init__(self, file: Path, *, where: str, rule: str) -> None:
        super().__init__(
            f"expected {file.name}, {where}, to hold {rule}; restore the file as it was installed"
        )
        self.file = file
        self.where = where
        self.rule = rule
