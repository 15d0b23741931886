"""What a caller may say of an input, and what the door says itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from msgspec import Raw
from msgspec.structs import replace

from engine.errors import WireDamageError
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.requests import (
    AddPerson,
    AddTouch,
    CallerRequest,
    CompleteTask,
    EngineRequest,
    Pause,
    RecordReply,
    RecordVote,
    Request,
)
from engine.values import Channel, ContactPoint, Sealed
from engine.wire import decode_input, decoded
from infra.door.asked import RESERVED_ACTORS, CallerInput, EntryStamp, asked_from, stamped
from infra.vault.port import Item
from tests.infra.vault.examples import vault

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)
STAMP = EntryStamp(at=NOW, user_id=1000, newest_w=3)
GOLDEN = Path(__file__).parents[2] / "golden" / "requests"
VOTE = RecordVote(vote_on=NOW.date())


def item(request: Request = VOTE, **changes: object) -> Input:
    """Return an input as a caller might make it up."""
    made_up = Input(
        id=InputId("1f3a"),
        stream=StreamId("account:niort"),
        at=datetime(2019, 1, 1, tzinfo=UTC),
        actor="claire",
        source="timer",
        request=request,
        user_id=0,
    )
    return replace(made_up, **changes)


def refused(item: Input) -> str:
    """Return why an input is not taken."""
    with pytest.raises(WireDamageError) as caught:
        stamped(asked_from(item), STAMP)
    return str(caught.value)


def test_the_door_says_who_through_what_and_when() -> None:
    """`source=timer` and an instant of 2019 were believed."""
    asked = item(occurred_at=NOW - timedelta(days=2), batch="import-7", needs_w=3)

    taken, data = stamped(asked_from(asked), STAMP)

    assert taken == replace(asked, at=NOW, source="cli", user_id=1000)
    assert decode_input(data) == taken


def test_a_request_is_a_callers_or_the_engines_and_never_both() -> None:
    """One that is in neither set could come in from nowhere; in both, from anywhere."""
    callers, engines = set(get_args(CallerRequest)), set(get_args(EngineRequest))

    assert not callers & engines
    assert callers | engines == set(get_args(Request))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_only_callers_requests_come_in(path: Path) -> None:
    """`open_enrolment` of a campaign that refused to open, `stop_person`, `link_person` came in."""
    request = msgspec.json.decode(path.read_bytes(), type=Request)

    if isinstance(request, EngineRequest):
        assert "`$.request.type`" in refused(item(request))
    else:
        assert (
            decoded(asked_from(item(request)), msgspec.json.Decoder(CallerInput)).request == request
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input, and what is said of it."""

    change: Callable[[Input], Input]
    told: str


SUBJECT = AddTouch(
    enrolment=1, person="p", channel=Channel.CALL, on=NOW.date(), reason="", subject="x"
)

FAULTS = {
    "actor of the home": Fault(
        lambda good: replace(good, actor=min(RESERVED_ACTORS)), "the name of a person"
    ),
    "actor that moves the cursor": Fault(
        lambda good: replace(good, actor="a\x1b[2J"), "the name of a person"
    ),
    "no actor": Fault(lambda good: replace(good, actor=""), "$.actor"),
    "id of a reaction": Fault(
        lambda good: replace(good, id=InputId("re:1f3a")), "an id without ':'"
    ),
    "stream of no kind": Fault(
        lambda good: replace(good, stream=StreamId("organisation")), "the name of a stream"
    ),
    "publication nobody made": Fault(lambda good: replace(good, needs_w=4), "needs_w from 0 to 3"),
    "publication below none": Fault(lambda good: replace(good, needs_w=-1), "needs_w from 0"),
    "fact to come": Fault(
        lambda good: replace(good, occurred_at=NOW + timedelta(hours=1)), "has happened by now"
    ),
    "fact without a zone": Fault(
        lambda good: replace(good, occurred_at=NOW.replace(tzinfo=None)),
        "has happened by now",
    ),
    "a field that no rule reads": Fault(
        lambda good: replace(good, request=SUBJECT), "no subject: no rule reads it"
    ),
    "NUL": Fault(lambda good: replace(good, batch="a\0"), "a NUL in a text"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_what_is_no_input_of_a_caller_is_said(fault: Fault) -> None:
    """In the log it would be there for ever."""
    assert fault.told in refused(fault.change(item()))


CLEAR = Sealed("p-1", "note", "il a dit non")
UNSEALED = {
    "text in the clear": RecordReply(text=CLEAR),
    "too short to be sealed": CompleteTask(
        task=1, outcome="done", note=Sealed("p", "note", "AAAA")
    ),
    "of nobody": RecordReply(text=Sealed("", "text", "A" * 44)),
    "field that is a sentence": RecordReply(text=Sealed("p", "Son numéro : 06", "A" * 44)),
    "a reason in the clear": Pause(reason="il a dit non"),
    "a reason half in the clear": Pause(reason='il a dit {"subject":"p","field":"a","data":"AA"}'),
    "deep inside": AddPerson(
        person="p",
        role="dgs",
        points=(ContactPoint("tag", Channel.EMAIL, "a.example", replace(CLEAR, field="email")),),
    ),
}


@pytest.mark.parametrize("request_", UNSEALED.values(), ids=list(UNSEALED))
def test_a_field_that_is_not_sealed_is_refused_unquoted(request_: Request) -> None:
    """What is in the log in the clear can never be erased; nor may it stand in an answer."""
    told = refused(item(request_))

    assert "to be sealed" in told
    assert "il a dit non" not in told
    assert "numéro" not in told


async def test_a_field_that_the_vault_sealed_is_taken() -> None:
    """The shortest text too."""
    sealed = await vault().seal([Item(subject="p-1", input_id="1f3a", field="note", text="x")])

    stamped(asked_from(item(RecordReply(text=sealed[0]))), STAMP)


def test_bytes_that_are_no_question_are_said() -> None:
    """Whatever comes in, one sentence goes out."""
    for data in (b"{", b"[" * 70_000, b'{"id": 5}', msgspec.json.encode(None)):
        with pytest.raises(WireDamageError):
            stamped(Raw(data), STAMP)
