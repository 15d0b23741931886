"""What rendering raises; ids and names of variables only, never a value.

Root: `engine.errors.RelanceError`.

- `MissingValueError`: the account or the campaign lacks a value; the touch waits.
- `TextTooLongError`: the text outgrew its limit; shorten the values.
"""

from engine.errors import RelanceError


class MissingValueError(RelanceError):
    """A message needs a value that nobody gave."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        super().__init__(
            f"expected variable {variable} to have a value, got: none; "
            f"give it to the account or to the campaign"
        )


class TextTooLongError(RelanceError):
    """A rendered text outgrew its limit."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        super().__init__(
            f"expected a rendered text to stay within {bytes_max} bytes, got: more; "
            f"shorten the values"
        )
