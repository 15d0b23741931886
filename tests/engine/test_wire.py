"""Bytes in and out of the log: nothing lost, nothing leaked, nothing that stops an owner."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine import wire
from engine.decision import Decision, Envelope, Events, Generation, LogRecord, Marker, Next, Nothing
from engine.errors import WireDamageError
from engine.ids import InputId, StreamId
from engine.inputs import INPUT_BYTES_MAX, Input
from engine.validity import Stamp
from tests.engine.account.story import DGS, HEAD, MONDAY, NIORT, Story, at


def told() -> Story:
    """Return a story with events, refusals, repeats and nothings."""
    story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-21", 12))
    story.close("absent")
    story.ask(r.RecordReply(person="x"))
    story.ask(r.RecordReply(person=HEAD), name="once")
    story.ask(r.RecordReply(person=HEAD), name="once")
    story.ask(r.StopPerson(tag="t", person="nobody"))
    return story


def item(request: r.Request) -> Input:
    """Return an input."""
    return Input(
        id=InputId("i"), stream=NIORT, at=at(MONDAY), actor="ana", source="test", request=request
    )


class TestRoundTrip:
    def test_of_every_body_of_a_story_loses_nothing(self) -> None:
        """What is read back is what was decided, input and all."""
        for body in told().bodies:
            data = wire.encode_body(body)
            assert wire.decode_body(data) == body
            assert wire.encode_body(wire.decode_body(data)) == data

    def test_of_records_keeps_the_body_as_bytes(self) -> None:
        """The leaf of a proof is never encoded again."""
        raw = wire.encode_body(told().bodies[-1])
        envelope = Envelope(generation=1, epoch=2, seq=3, next=Next())
        records: list[LogRecord] = [
            Decision(envelope, raw),
            Marker(1, 2, "x"),
            Generation(1, "former"),
        ]
        for record in records:
            assert wire.decode_record(wire.encode_record(record)) == record

    def test_gives_the_input_beside_the_body(self) -> None:
        """What folds and reactors read."""
        body = told().bodies[-1]
        _, item = wire.decode_body_and_input(wire.encode_body(body))

        assert item is not None
        assert item.request == r.StopPerson(tag="t", person="nobody")

    def test_of_an_unreadable_input_keeps_the_body(self) -> None:
        """Quarantined bytes stay in their decision; the history goes on."""
        body = replace(told().bodies[-1], input=Raw(b'{"id":1}'))

        assert wire.decode_body_and_input(wire.encode_body(body)) == (body, None)

    def test_of_records_says_what_the_rule_of_validity_looks_at(self) -> None:
        """Decisions carry a number; markers and generations only announce."""
        envelope = Envelope(generation=1, epoch=2, seq=3, next=Next())

        assert [record.stamp for record in (Decision(envelope, Raw(b"{}")), Marker(1, 2))] == [
            Stamp(is_marker=False, generation=1, epoch=2, seq=3),
            Stamp(is_marker=True, generation=1, epoch=2),
        ]
        assert Generation(4, "former").stamp == Stamp(is_marker=True, generation=4, epoch=0)


class TestLimits:
    def test_an_input_may_have_64_kibibytes(self) -> None:
        """What is larger is stored beside the log, and named by its digest."""
        empty = len(wire.encode_input(item(r.SetValues(values={"a": ""}))))
        fits = item(r.SetValues(values={"a": "x" * (INPUT_BYTES_MAX - empty)}))

        assert wire.decode_input(wire.encode_input(fits)) == fits

    def test_an_input_may_not_have_more(self) -> None:
        """One byte too many is refused at the door, not found in the log."""
        empty = len(wire.encode_input(item(r.SetValues(values={"a": ""}))))
        large = item(r.SetValues(values={"a": "x" * (INPUT_BYTES_MAX - empty + 1)}))

        with pytest.raises(WireDamageError, match="at most 64 KiB to decode, got: 65537 bytes"):
            wire.encode_input(large)

    @pytest.mark.parametrize(
        "request_",
        [
            r.SetValues(values={"offre": "a\0b"}),
            r.SetValues(values={"\0": "a"}),
            r.RecordDeparture(person="p\0"),
        ],
    )
    def test_an_input_may_not_have_a_nul(self, request_: r.Request) -> None:
        """PostgreSQL refuses it in a text: rows of states and views could never be written."""
        data = wire.encode_input(item(request_))

        with pytest.raises(WireDamageError, match="a NUL in a text"):
            wire.decode_input(data)

    @pytest.mark.parametrize(
        "change",
        [
            {"id": InputId("")},
            {"id": InputId("i" * 201)},
            {"stream": StreamId("account:" + "1" * 193)},
            {"actor": "a" * 201},
            {"batch": "b" * 201},
            {"request": r.AddAccount(attributes=r.Attributes(name="n" * 201))},
            {"request": r.AddPerson(person="p" * 201, role="dgs")},
            {"request": r.RegisterEnrolment(account="a" * 201, enrolment=1)},
        ],
    )
    def test_a_name_may_have_200_characters(self, change: dict[str, object]) -> None:
        """A longer one fits no index: one such input would stop a view, or an owner, for ever."""
        too_long = replace(item(r.RecordReply(person=HEAD)), **change)

        with pytest.raises(WireDamageError, match="`str` of length"):
            wire.decode_input(wire.encode_input(too_long))

    @pytest.mark.parametrize("population", [2**31, -(2**31) - 1, 2**63])
    def test_a_number_fits_the_columns_of_views(self, population: int) -> None:
        """One figure with a digit too many would stop a view for ever."""
        attributes = r.Attributes(name="Niort", population=population)
        data = wire.encode_input(item(r.AddAccount(attributes=attributes)))

        with pytest.raises(WireDamageError, match="`int`"):
            wire.decode_input(data)


class TestDamage:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b"[" * 60_000,
            b'{"a":' * 12_000,
            b'{"id":"x"}',
            b'{"type":"decision"}',
            b"null",
        ],
        ids=["empty", "cut", "no text", "brackets", "braces", "half", "bare", "null"],
    )
    def test_of_any_kind_is_one_error(self, data: bytes) -> None:
        """An owner quarantines it and goes on: no other exception may come out."""
        for decode in (wire.decode_input, wire.decode_body, wire.decode_record):
            with pytest.raises(WireDamageError):
                decode(data)

    @given(st.binary(max_size=300))
    def test_of_any_bytes_is_one_error(self, data: bytes) -> None:
        """Whatever another system writes into our inbox."""
        for decode in (wire.decode_input, wire.decode_body, wire.decode_record):
            with pytest.raises(WireDamageError):
                decode(data)

    @pytest.mark.parametrize(
        "change",
        [
            b'"stream":"Dupont","x":',
            b'"request":{"type":"Dupont"},"x":',
            b'"request":{"type":"add_touch","channel":"Dupont"},"x":',
            b'"at":"Dupont","x":',
        ],
    )
    def test_never_quotes_what_it_read(self, change: bytes) -> None:
        """Log lines live longer than consents: no value of the bytes may enter one."""
        whole = wire.encode_input(item(r.RecordReply(person="p")))
        data = b"{" + change + b"0," + whole[1:].replace(b'"request"', b'"y"')

        with pytest.raises(WireDamageError) as caught:
            wire.decode_input(data)

        assert "Dupont" not in str(caught.value)


class OldReply(msgspec.Struct, frozen=True, kw_only=True, tag="old_reply"):
    """An event of a version that never was."""

    who: str


class OlderReply(msgspec.Struct, frozen=True, kw_only=True, tag="older_reply"):
    """One of the version before."""

    name: str


def _of_old(old: e.Event) -> e.Event:
    return e.ReplyReceived(rule="exit.reply", person=getattr(old, "who", ""))


def _of_older(old: e.Event) -> e.Event:
    return OldReply(who=getattr(old, "name", ""))  # type: ignore[return-value]  # in its union once


UPCASTERS: wire.Upcasters = {OldReply: _of_old, OlderReply: _of_older}


class TestLift:
    @pytest.mark.parametrize("old", [OldReply(who="p"), OlderReply(name="p")])
    def test_turns_old_events_into_their_successors(self, old: object) -> None:
        """Events are never rewritten: each version is lifted to the next."""
        outcome = Events(events=(old,))  # type: ignore[arg-type]  # of an old version

        assert wire.lift(outcome, UPCASTERS) == Events(
            events=(e.ReplyReceived(rule="exit.reply", person="p"),)
        )

    def test_leaves_current_events_and_other_outcomes_alone(self) -> None:
        """Most records are of today."""
        outcome = Events(events=(e.ReplyReceived(rule="exit.reply", person="p"),))

        assert wire.lift(outcome, UPCASTERS) == outcome
        assert wire.lift(Nothing(), UPCASTERS) == Nothing()

    def test_is_applied_on_the_way_in(self) -> None:
        """Whoever decodes a body gets events of today."""
        said_no = e.RefusalReceived(rule="exit.refusal", person="p")
        reply = e.ReplyReceived(rule="exit.reply", person="p")
        body = replace(told().bodies[0], outcome=Events(events=(reply,)))

        lifted = wire.decode_body(wire.encode_body(body), {e.ReplyReceived: lambda _: said_no})

        assert lifted.outcome == Events(events=(said_no,))


def test_wire_names_are_the_class_names_in_snake_case() -> None:
    """Found in a broker's console in ten years, a name leads to its class."""
    for kind in (*get_args(e.Event), *get_args(r.Request)):
        assert kind.__struct_config__.tag == r.wire_name(kind.__name__)
