"""Hold a value that must never be shown.

A secret prints as `***` wherever it lands: a log line, a traceback, an assertion.  Only
`reveal()` gives the value back, so every use of one is found by searching for that word.
"""

import hmac
from typing import Generic, Never, TypeVar

Value = TypeVar("Value", str, bytes)
MASK = "***"


class Secret(Generic[Value]):
    """A password or a key; equal to another secret that holds the same value."""

    __slots__ = ("_value",)

    def __init__(self, value: Value) -> None:
        self._value: Value = value

    def reveal(self) -> Value:
        """Return the value itself, to be handed to whatever needs it and kept nowhere."""
        return self._value

    def __repr__(self) -> str:
        """Return the mask."""
        return MASK

    def __format__(self, format_spec: str) -> str:
        """Return the mask, whatever width or alignment was asked for."""
        return MASK

    def __eq__(self, other: object) -> bool:
        """Compare in constant time; a secret never equals its bare value."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_as_bytes(self._value), _as_bytes(other._value))

    def __hash__(self) -> int:
        """Hash like the value, so that equal secrets meet in a set."""
        return hash((Secret, _as_bytes(self._value)))

    def __reduce__(self) -> Never:
        """Refuse to be pickled or copied into anything that could be stored."""
        raise SecretStoredError


class SecretStoredError(TypeError):
    """A secret was about to be pickled."""

    def __init__(self) -> None:
        super().__init__("expected a secret to stay in memory, got: pickling; store it sealed")


def _as_bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
