"""One way in for all streams: ids remembered, versions dense, time that never goes back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine import rules
from engine.decision import Events, Nothing, Refused, Repeated
from engine.errors import StreamDamageError
from engine.growing import whole
from engine.ids import WORKSPACE, InputId, StreamId
from engine.refusals import RefusalCode
from engine.requests import Attributes
from tests.engine.account.story import DGS, HEAD, MONDAY, NIORT, Story, at, code_of, published_with
from tests.engine.account.story import thirty_days as plan
from tests.engine.streams import Told

NIORT_FACTS = r.AddAccount(attributes=Attributes(name="Niort"))


class TestRepeats:
    @pytest.mark.parametrize(
        ("request_", "was", "code"),
        [
            (r.AddPerson(person=HEAD, role=HEAD), "events", None),
            (r.RecordReply(person="x"), "refused", RefusalCode.UNKNOWN_PERSON),
            (r.OpenEnrolment(enrolment=0, start_on=MONDAY), "refused", "unknown_enrolment"),
            (NIORT_FACTS, "nothing", None),
        ],
    )
    def test_get_the_same_answer(
        self, request_: r.AccountRequest, was: str, code: RefusalCode | None
    ) -> None:
        """A caller that lost its answer asks again; refusals and nothings are answers too."""
        told = Told(NIORT, published_with(plan()))
        told.ask(NIORT_FACTS)
        told.ask(request_, name="once")

        outcome = told.ask(request_, name="once")

        assert outcome == Repeated(of=InputId("once"), was=was, code=code)

    def test_are_known_for_thirty_days(self) -> None:
        """After that the guards decide by meaning, and the state stays small."""
        told = Told(NIORT)
        told.ask(NIORT_FACTS, name="once")
        told.ask(NIORT_FACTS, name="b", when=told.now + timedelta(days=29))
        within = told.ask(NIORT_FACTS, name="once")

        told.ask(NIORT_FACTS, name="c", when=at(MONDAY, 8) + timedelta(days=31))
        after = told.ask(NIORT_FACTS, name="once")

        assert isinstance(within, Repeated)
        assert after == Nothing()
        assert set(whole(told.stream.ids)) == {"b", "c", "once"}

    def test_of_a_refused_first_input_leave_no_stream(self) -> None:
        """A row at version 0 may exist without a stream."""
        told = Told(NIORT)
        told.ask(r.RecordReply(person=HEAD), name="once")

        assert (told.stream.version, list(whole(told.stream.ids))) == (0, ["once"])


class TestTime:
    def test_never_goes_back(self) -> None:
        """Two machines' clocks differ; a stream's history has one order."""
        told = Told(NIORT)
        told.ask(NIORT_FACTS)
        told.ask(r.SetValues(values={"a": "b"}), when=told.now - timedelta(hours=2))

        assert [body.at for body in told.bodies] == [at(MONDAY, 8), at(MONDAY, 8)]

    def test_is_kept_as_utc(self) -> None:
        """Equal instants must give equal bytes, whatever the sender's offset."""
        told = Told(NIORT)
        told.ask(NIORT_FACTS, when=datetime(2027, 1, 11, 12, tzinfo=timezone(timedelta(hours=5))))

        assert told.bodies[0].at == datetime(2027, 1, 11, 7, tzinfo=UTC)
        assert told.bodies[0].at.tzinfo is UTC


class TestVersions:
    def test_move_with_events_alone(self) -> None:
        """Refused, repeated and nothing leave the version where it is."""
        story = Story()
        story.ask(r.RecordReply(person="x"))
        story.ask(r.SetValues(values={"a": "b"}))

        assert [body.version for body in story.bodies] == [1, 1, 2]

    @pytest.mark.parametrize("version", [0, 1, 3])
    def test_that_do_not_follow_are_damage(self, version: int) -> None:
        """Dense per stream: a breach is found at the first fold, not at the audit."""
        story = Story()
        outcome = Events(events=(e.ValuesSet(rule="x", values={}),))
        body = replace(story.bodies[0], version=version, outcome=outcome)

        with pytest.raises(StreamDamageError, match="account:commune-79191"):
            rules.evolve(story.stream, body, None, 99)

    @pytest.mark.parametrize(
        "event",
        [
            e.TouchSkipped(rule="x", touch=9),
            e.TaskDone(rule="x", task=9, outcome="done"),
            e.HoldLifted(rule="x", hold=9),
            e.CoolDownStarted(rule="x", enrolment=9, until=MONDAY, reason="silence"),
            e.PersonDeparted(rule="x", person="nobody"),
            e.EnrolmentFinished(rule="x", enrolment=9, reason="x"),
            e.PointDied(rule="x"),
        ],
    )
    def test_of_an_event_its_state_cannot_take_are_damage(self, event: e.Event) -> None:
        """No decision could have written it; the error says which stream and version."""
        story = Story()
        body = replace(story.bodies[0], version=2, outcome=Events(events=(event,)))

        with pytest.raises(StreamDamageError, match=f"version 2.*{type(event).__name__}"):
            rules.evolve(story.stream, body, None, 99)

    def test_of_what_was_folded_before_are_skipped(self) -> None:
        """A state row and the tail overlap after a crash."""
        story = Story()

        assert rules.evolve(story.stream, story.bodies[0], None, 1) is story.stream

    def test_of_bytes_nobody_could_read_remember_no_id(self) -> None:
        """A quarantined input may have none."""
        story = Story()
        body = replace(story.bodies[0], outcome=Nothing())

        assert rules.evolve(story.stream, body, None, 9).ids == story.stream.ids


class TestKinds:
    @pytest.mark.parametrize(
        ("stream", "request_"),
        [
            ("account:1", r.OpenCampaign()),
            ("campaign:1", NIORT_FACTS),
            ("contact_point:1", NIORT_FACTS),
            ("workspace", NIORT_FACTS),
            ("batch:1", NIORT_FACTS),
        ],
    )
    def test_decide_their_own_requests_only(self, stream: str, request_: r.Request) -> None:
        """A routing fault is an answer, not an accident."""
        outcome = Told(StreamId(stream)).ask(request_)

        assert code_of(outcome) is RefusalCode.WRONG_STREAM
        assert isinstance(outcome, Refused)
        assert outcome.detail == stream

    @pytest.mark.parametrize("stream", ["campaign:1", "contact_point:1", "workspace", "batch:1"])
    def test_without_timers_have_nothing_due(self, stream: str) -> None:
        """Only accounts wait for a day."""
        known = rules.new(StreamId(stream))

        assert (rules.due_at(known), rules.due(known, at(MONDAY))) == (None, ())

    def test_of_an_account_says_what_it_was_decided_under(self) -> None:
        """History alone can be decided again."""
        story = Story().enrolled(HEAD, DGS)

        assert (story.bodies[-1].under.w, story.bodies[-1].under.ruleset) == (2, "fr-2026.11")
        assert rules.new(WORKSPACE).version == 0
