"""Records of every version ever written still mean what they meant."""

import json
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from engine.events import Event
from engine.requests import Request
from engine.wire import LIFTED
from tests.architecture.repository import report
from tests.golden.make import FOLDER, record_of

EVENTS: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
REQUESTS: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
KINDS: dict[str, tuple[type[msgspec.Struct], ...]] = {
    "events": get_args(Event),
    "requests": get_args(Request),
}


def records(folder: str) -> list[Path]:
    """Return the golden records of a folder."""
    return sorted((FOLDER / folder).glob("*.json"))


def written(value: object) -> bytes:
    """Return a value as a golden record shows it."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


@pytest.mark.parametrize("path", records("events"), ids=lambda path: path.name)
def test_each_event_is_read_and_written_as_ever(path: Path) -> None:
    """The log is immutable: a field that changes its name is a record nobody can read."""
    data = path.read_bytes()

    assert written(EVENTS.decode(data)) == data


@pytest.mark.parametrize("path", records("requests"), ids=lambda path: path.name)
def test_each_request_is_read_and_written_as_ever(path: Path) -> None:
    """Inputs stand in their decisions whole, for as long as the log."""
    data = path.read_bytes()

    assert written(REQUESTS.decode(data)) == data


def test_each_class_has_a_record() -> None:
    """Run `python -m tests.golden.make` for a new class, and never edit what it wrote."""
    kept = {
        folder: {json.loads(path.read_bytes())["type"] for path in records(folder)}
        for folder in KINDS
    }
    absent = [
        f"{folder}: {kind.__name__}"
        for folder, kinds in KINDS.items()
        for kind in kinds
        if kind.__struct_config__.tag not in kept[folder]
    ]

    assert not absent, report(absent, "run `python -m tests.golden.make`")


def test_a_new_record_shows_every_field() -> None:
    """A field left at its default would not be in the record, and could change unseen."""
    hidden = [
        f"{kind.__name__}: {sorted(differing)}"
        for kinds in KINDS.values()
        for kind in kinds
        if (differing := set(json.loads(record_of(kind))) ^ {"type", *kind.__struct_fields__})
    ]

    assert not hidden, report(hidden, "let tests/golden/make.py give each field a value of its own")


def test_old_events_lead_to_events_of_today() -> None:
    """An upcaster for a class that is not in the union would never be asked."""
    assert set(LIFTED) <= set(get_args(Event))
