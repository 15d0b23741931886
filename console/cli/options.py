"""The options that every command takes, before or after its name.

They are taken out of the words before the command's own are read, so that a person
never has to remember where they go (docs/decisions/0090).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console.desk.errors import UsageError

FLAGS = ("--json", "--no-names")
VALUES = ("--as", "--home")
END_OF_OPTIONS = "--"
ASKED = "-"
"""Stands for the next line of standard input, where a value is expected."""

ACTOR_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every command may be told."""

    is_json: bool = False
    shows_names: bool = True
    actor: str = ""  # empty: the login name
    home: Path | None = None  # None: as the environment says


def split(words: Sequence[str]) -> tuple[Options, list[str]]:
    """Return the options of every command, and the words that are left, in order.

    Words after `--` are left alone.

    Raises:
        UsageError: An option lacks its value, or was given twice.
    """
    flags: set[str] = set()
    values: dict[str, str] = {}
    rest: list[str] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        name, has_value, value = word.partition("=")
        if word == END_OF_OPTIONS:
            rest += [word, *queue]
            break
        if word in FLAGS:
            flags.add(word)
        elif name in VALUES:
            values[name] = _value(name, value if has_value else None, queue, values)
        elif word.startswith("--") and queue[:1] == [ASKED]:
            # Parsers take a hyphen alone for an option; `--email -` means standard input.
            rest.append(f"{word}={queue.pop(0)}")
        else:
            rest.append(word)
    return _options(flags, values), rest


def wants_json(words: Sequence[str]) -> bool:
    """Say whether errors shall be a document too, even of words that cannot be read."""
    return "--json" in words


def _value(name: str, given: str | None, queue: list[str], values: dict[str, str]) -> str:
    if name in values:
        raise UsageError(name, "be given once", "twice")
    if given is None and queue:
        given = queue.pop(0)
    if not given:
        raise UsageError(name, "have a value", "none")
    return given


def _options(flags: set[str], values: dict[str, str]) -> Options:
    actor = values.get("--as", "")
    if len(actor) > ACTOR_LENGTH_MAX or not actor.isprintable():
        raise UsageError("--as", f"be a name of at most {ACTOR_LENGTH_MAX} printable signs")
    home = values.get("--home")
    return Options(
        is_json="--json" in flags,
        shows_names="--no-names" not in flags,
        actor=actor,
        home=Path(home).absolute() if home else None,
    )
