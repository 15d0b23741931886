"""What is wrong with a committed sample file: where, which rule, what to do."""

from pathlib import Path

from engine.errors import RelanceError


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


class SampleRefusedError(RelanceError):
    """The engine did not take what the sample asked of it."""

    def __init__(self, name: str, code: str) -> None:
        self.name, self.code = name, code
        super().__init__(f"expected the sample's input {name} to be accepted, got: {code}")
