"""What the rules raise, sorted by who must act.

    RelanceError
    +- InvalidValueError       our fault at the boundary: a value breaks a stated rule
    +- DamageError             history that no decision could have written: stop, say where
       +- PartitionDamageError   the records of a partition
       +- StreamDamageError      an event its state cannot take
       +- WireDamageError        bytes that are no record of ours

An answer to an input is no error: see `engine.decision.Refused`.
"""


class RelanceError(Exception):
    """Root of everything this project raises on purpose."""


class InvalidValueError(RelanceError):
    """A value breaks a stated rule."""

    def __init__(self, name: str, rule: str, value: object) -> None:
        self.name, self.rule, self.value = name, rule, value
        super().__init__(f"expected {name} to {rule}, got: {value}")


class DamageError(RelanceError):
    """History that no decision could have written."""


class PartitionDamageError(DamageError):
    """A record's numbers do not continue its partition."""

    def __init__(self, offset: int, name: str, expected: int, found: int) -> None:
        """Keep where the damage lies; `name` is `generation`, `epoch` or `seq`."""
        self.offset, self.name, self.expected, self.found = offset, name, expected, found
        super().__init__(f"expected {name} {expected} at offset {offset}, got: {found}")


class StreamDamageError(DamageError):
    """An event its state cannot take."""

    def __init__(self, stream: str, version: int, event: str) -> None:
        self.stream, self.version, self.event = stream, version, event
        super().__init__(f"expected {stream} at version {version} to take its event, got: {event}")


class WireDamageError(DamageError):
    """Bytes that are no record of ours."""

    def __init__(self, what: str, reason: str) -> None:
        """Keep what was being read; `reason` never quotes the bytes."""
        self.what, self.reason = what, reason
        super().__init__(f"expected {what} to decode, got: {reason}")
