"""Write the golden record of each request and event that has none; never touch one that is there.

Beside them stands the list of all rules that a record may name: it only grows.

Run as `python -m tests.golden.make`.  A record shows every field of its class with a
value, so that a field that changes its meaning or its name is noticed for ever.
"""

import inspect
from datetime import UTC, date, datetime, time
from enum import Enum
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import msgspec

from engine import events, requests
from engine.rule_ids import RULES

FOLDER = Path(__file__).parent
RULE_IDS = FOLDER / "rule_ids.txt"
VERSION = 1
AN_INSTANT = datetime(2027, 1, 19, 7, 30, tzinfo=UTC)

KINDS: dict[str, tuple[type, ...]] = {
    "events": get_args(events.Event),
    "requests": get_args(requests.Request),
}


def path_of(folder: str, kind: type) -> Path:
    """Return where the golden record of a class lies."""
    return FOLDER / folder / f"{requests.wire_name(kind.__name__)}.v{VERSION}.json"


def sample(kind: object, name: str = "") -> object:
    """Return a value of a type, the same each time."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        members = arguments[:1] if arguments[-1] is Ellipsis else arguments
        return tuple(sample(member, name) for member in members)
    if origin is dict:
        return {sample(arguments[0], name): sample(arguments[1], name)}
    if arguments and origin is not None and _is_annotated(kind):
        return _constrained(name, arguments)
    if arguments:  # a union: its first member
        return sample(arguments[0], name)
    return _plain(kind, name)


def _struct(kind: type[msgspec.Struct]) -> msgspec.Struct:
    hints = get_type_hints(kind, include_extras=True)
    fields = {name: sample(hints[name], name) for name in kind.__struct_fields__}
    for field in msgspec.structs.fields(kind):
        if field.type is bool:  # the value that is written: the default is left out
            fields[field.name] = field.default is not True
    return kind(**fields)


def _is_annotated(kind: object) -> bool:
    return hasattr(kind, "__metadata__")


def _constrained(name: str, arguments: tuple[object, ...]) -> object:
    """Return a value of a type with a rule: a day of every year, a weekday, a count."""
    if arguments[0] is str:
        return "07-14"
    return sample(arguments[0], name)


def _plain(kind: object, name: str) -> object:
    samples: dict[object, object] = {
        bool: True,
        int: 2,
        str: name or "a",
        date: date(2027, 1, 19),
        datetime: AN_INSTANT,
        time: time(8, 30) if name == "opens" else time(12),
    }
    if kind in samples:
        return samples[kind]
    msg = f"no sample of {kind}: add one to {inspect.getsourcefile(_plain)}"
    raise TypeError(msg)


def record_of(kind: type) -> bytes:
    """Return the golden record of a class: its sample, readable, with a line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(sample(kind)), indent=1) + b"\n"


def main() -> None:
    """Write the records that are missing."""
    for folder, kinds in KINDS.items():
        (FOLDER / folder).mkdir(exist_ok=True)
        for kind in kinds:
            path = path_of(folder, kind)
            if not path.exists():
                path.write_bytes(record_of(kind))
    ever = set(RULE_IDS.read_text(encoding="utf-8").split()) if RULE_IDS.exists() else set()
    RULE_IDS.write_text("".join(f"{rule}\n" for rule in sorted({*ever, *RULES})), encoding="utf-8")


if __name__ == "__main__":
    main()
