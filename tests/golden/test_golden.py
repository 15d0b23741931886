"""Records of every version ever written still mean what they meant."""

import json
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from engine.events import Event
from engine.requests import Request
from engine.wire import LIFTED
from tests.golden.make import FOLDER, record_of

EVENTS: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
REQUESTS: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)


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


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("events", kind) for kind in get_args(Event)]
    + [("requests", kind) for kind in get_args(Request)],
)
def test_each_class_has_a_record(folder: str, kind: type[msgspec.Struct]) -> None:
    """Run `python -m tests.golden.make` for a new class, and never edit what it wrote."""
    tags = {json.loads(path.read_bytes())["type"] for path in records(folder)}

    assert kind.__struct_config__.tag in tags


@pytest.mark.parametrize("kind", [*get_args(Event), *get_args(Request)])
def test_a_new_record_shows_every_field(kind: type[msgspec.Struct]) -> None:
    """A field left at its default would not be in the record, and could change unseen."""
    shown = json.loads(record_of(kind))

    assert set(shown) == {"type", *kind.__struct_fields__}


def test_old_events_lead_to_events_of_today() -> None:
    """An upcaster for a class that is not in the union would never be asked."""
    assert set(LIFTED) <= set(get_args(Event))
