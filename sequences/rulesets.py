"""Read ruleset files: calendars, windows, caps of a workspace."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from engine.errors import InvalidValueError, RelanceError
from engine.ruleset import Ruleset

FRENCH: Final = Path(__file__).parent / "library" / "rulesets" / "fr-2026.11.yaml"
"""The ruleset that comes with Relance."""


class RulesetFileError(RelanceError):
    """A ruleset file that cannot be used; its reason says where in it, by which rule."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"expected {path.name} to be a ruleset, got: {reason}")


def load_ruleset(path: Path = FRENCH) -> Ruleset:
    """Return the ruleset of a YAML file.

    Raises:
        RulesetFileError: It cannot be read, is no YAML, breaks a rule of a field, or has
            a field that no ruleset has (a misspelt one would fall back to its default).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesetFileError(path, f"a file that cannot be read ({error})") from error
    return ruleset_of(path, text)


@lru_cache(maxsize=4)
def ruleset_of(path: Path, text: str) -> Ruleset:
    """Return the ruleset that a text is; raises as `load_ruleset`, naming the path."""
    # The parser takes a third of a second, and whoever asks twice gets the same value.
    raw = _parsed(path, text)
    try:
        ruleset = msgspec.convert(raw, Ruleset)
    except (msgspec.ValidationError, InvalidValueError) as error:
        raise RulesetFileError(path, str(error)) from error
    unknown = _unknown(raw, msgspec.to_builtins(ruleset), at="")
    if unknown:
        raise RulesetFileError(path, f"fields that no ruleset has: {', '.join(unknown)}")
    return ruleset


def _parsed(path: Path, text: str) -> object:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise RulesetFileError(path, f"a text that is no YAML: {reason}") from error


def _unknown(raw: object, known: object, *, at: str) -> list[str]:
    """Return the paths of all fields of `raw` that its ruleset does not have."""
    if isinstance(raw, dict) and isinstance(known, dict):
        missing = [f"{at}{key}" for key in raw if key not in known]
        pairs = [(raw[key], known[key], f"{at}{key}.") for key in raw if key in known]
    elif isinstance(raw, list) and isinstance(known, list | tuple):
        missing = []
        pairs = [
            (item, kept, f"{at}{index}.")
            for index, (item, kept) in enumerate(zip(raw, known, strict=True))
        ]
    else:
        return []
    return missing + [
        path for item, kept, place in pairs for path in _unknown(item, kept, at=place)
    ]
