"""What holds whatever is asked of an account, in whatever order."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine import rules
from engine.account.due import is_begun
from engine.account.state import Account
from engine.decision import Body, Events, Outcome, Repeated
from engine.growing import whole
from engine.ids import InputId
from engine.inputs import Input
from engine.plan import Need, SequenceClass
from engine.requests import Request
from engine.rule_ids import RuleId
from engine.values import Channel
from engine.wire import decode_body, decode_input, encode_body, encode_input
from tests.engine.account.acts import ACTS
from tests.engine.account.story import (
    DGS,
    DSI,
    ELU,
    HEAD,
    NIORT,
    Story,
    granted,
    library_sequence,
    points,
    sealed,
)
from tests.engine.carried import unregistered

TURNS_MAX = 60
"""Rounds in which everything due at one instant must be used up."""

FAR_AT = datetime(2100, 1, 1, tzinfo=UTC)
"""A hold until the year 9999 is asked for and never waited for."""

STEPS = st.lists(
    st.tuples(st.sampled_from(["time", "time", *ACTS]), st.integers(0, 5000), st.integers(0, 5000)),
    max_size=40,
)


class Anything(Story):
    """A story that is checked after every decision."""

    def ask(
        self, request: Request, *, when: object = None, name: str = "", actor: str = "ana"
    ) -> Outcome:
        """Ask, and hold the decision against what must always be so."""
        assert when is None
        before, now, count = self.stream, self.now, len(self.bodies)
        outcome = super().ask(request, name=name, actor=actor)
        body = self.bodies[count]
        item = decode_input(body.input)
        assert item.request == granted(request)
        assert decode_body(encode_body(body)) == body
        assert rules.decide(before, self.published, item, body.input) == body
        self.expect_once(item)
        if not isinstance(outcome, Events):
            assert self.stream.state == before.state
        assert isinstance(before.state, Account)
        self.expect_dated(before.state, body)
        assert now == self.now
        assert not unregistered(outcome)
        return outcome

    def expect_once(self, item: Input) -> None:
        """Expect that deciding an input again, or folding its decision again, does nothing."""
        again = rules.decide(self.stream, self.published, item, Raw(encode_input(item)))
        assert isinstance(again.outcome, Repeated)
        assert rules.evolve(self.stream, self.bodies[-1], item.id, self.stream.seq) is self.stream

    def expect_dated(self, before: Account, body: Body) -> None:
        """Expect that nothing takes the last thing to come without a reason."""
        if is_dated(before) and not is_dated(self.state):
            assert any(says_why(event, before) for event in body.events), body.events

    def use_up(self) -> None:
        """Decide all that is due now, as an owner does."""
        for _ in range(TURNS_MAX):
            raised = rules.due(self.stream, self.now)
            if not raised:
                break
            for name, request in raised:
                assert not isinstance(self.ask(request, name=name, actor="engine"), Repeated)
        due_at = rules.due_at(self.stream)
        assert due_at is None or due_at > self.now

    def play(self, steps: list[tuple[str, int, int]]) -> None:
        """Do one thing after another, what is due in between."""
        for kind, a, b in steps:
            if kind == "time":
                due_at = rules.due_at(self.stream)
                ahead = self.now + timedelta(hours=a % 200)
                jumps = due_at is not None and b % 3 and due_at < FAR_AT
                self.now = max(self.now, due_at) if due_at and jumps else ahead
                self.use_up()
                if b % 2:
                    self.settle(tuple(r.Reach)[a % 2 * (b % len(r.Reach))])
            else:
                self.ask(ACTS[kind](self, a, b))
                self.expect_no_zombie()
        self.use_up()
        self.expect_no_zombie()

    def expect_no_zombie(self) -> None:
        """Expect of each enrolment that runs that something is left for it to wait for."""
        for number, enrolment in self.state.enrolments.items():
            alive = {n for n, other in self.state.enrolments.items() if is_begun(other)}
            if number not in alive:
                continue
            kept = (self.state.touches, self.state.tasks, self.state.holds)
            assert any(x.enrolment == number for part in kept for x in part.values()), enrolment


def is_dated(state: Account) -> bool:
    """Whether something is to come: an enrolment, a meeting, a point ahead, or a question."""
    runs = any(enrolment.is_running for enrolment in state.enrolments.values())
    asks = any(task.kind in ("next_point", "after_reply") for task in state.tasks.values())
    meets = any(touch.slot.asked.anchor == "meeting" for touch in state.touches.values())
    ahead = state.milestone is not None and state.milestone_asked < state.milestone_count
    return runs or asks or meets or ahead


def says_why(event: e.Event, before: Account) -> bool:
    """Whether an event is a stated reason to have no next point."""
    match event:
        case e.EnrolmentFinished(reason=reason):
            return reason in ("refusal", "opportunity", "purchase")
        case e.TaskDone(task=number, outcome="skipped", note=note):
            return before.tasks[number].kind == "next_point" and note is not None
        case e.EnrolmentWithdrawn() | e.RefusalReceived():
            return True
        case _:
            return False


@pytest.mark.parametrize(
    "name", ["collectivite-prise-de-contact-30j", "saas-b2b-deux-semaines", "radar-renouvellement"]
)
@settings(max_examples=60)
@given(steps=STEPS)
def test_any_inputs_in_any_order_keep_the_promises(
    name: str, steps: list[tuple[str, int, int]]
) -> None:
    """Nobody can foresee the order in which people, mail servers and timers speak."""
    story = Anything(library_sequence(name)).with_people(HEAD, DGS, DSI, ELU, "decideur")
    story.ask(r.AddPerson(person="successor", role=HEAD, points=points("successor")))
    roles = {role: role for role in (HEAD, DGS, DSI) if role in _roles(story)} or {
        "decideur": "decideur"
    }
    request = story.enrol()
    about = replace(request.about, contract_end_on=date(2027, 12, 31))
    story.ask(replace(request, participants=roles, about=about))

    story.play(steps)

    _expect_order(story)
    _expect_single_attempts(story)
    _expect_silence_after_stops(story)
    _expect_meetings_kept(story)
    _expect_nothing_to_the_wrong_one(story)
    _expect_no_prospecting_of_clients(story)


def _roles(story: Story) -> set[str]:
    return {role.name for step in story.plan.steps for role in step.roles}


def _expect_single_attempts(story: Story) -> None:
    """No attempt number twice, no step sent twice to a person, no enrolment ended twice."""
    attempts = Counter((event.touch, event.attempt) for event in story.of(e.TouchAttempted))
    planned = {event.touch: event for event in story.of(e.TouchPlanned)}
    holder = {event.touch: event.person for event in story.of(e.TouchPlanned)}
    holder |= {event.touch: event.person for event in story.of(e.TouchReassigned)}
    sent = Counter(
        (planned[event.touch].enrolment, planned[event.touch].step_index, holder[event.touch])
        for event in story.of(e.TouchSettled)
        if event.reach is r.Reach.SENT and planned[event.touch].step_index >= 0
    )
    ended = Counter(
        event.enrolment
        for event in story.history
        if isinstance(event, e.EnrolmentFinished | e.EnrolmentWithdrawn)
    )
    ended.subtract(event.enrolment for event in story.of(e.EnrolmentReopened))
    anchored = {
        index for index, step in enumerate(story.plan.steps) if step.anchor.kind == "meeting"
    }
    assert max(attempts.values(), default=1) == 1
    assert all(count == 1 for key, count in sent.items() if key[1] not in anchored), sent
    assert max(ended.values(), default=1) <= 1


def _expect_order(story: Story) -> None:
    """Nothing is planned after the end, and what a step requires came before it."""
    planned: dict[int, e.TouchPlanned] = {}
    ended: set[int] = set()
    met: set[tuple[int, str, str]] = set()
    for event in story.history:
        match event:
            case e.TouchPlanned():
                planned[event.touch] = event
                assert event.enrolment not in ended
            case e.EnrolmentFinished() | e.EnrolmentWithdrawn():
                ended.add(event.enrolment)
            case e.EnrolmentReopened():
                ended.remove(event.enrolment)
            case e.TouchMoved() | e.TouchKeptBack() | e.TouchBlocked() | e.TouchWaits():
                assert planned[event.touch].enrolment not in ended
            case e.TouchAttempted():
                plan = planned[event.touch]
                assert plan.enrolment not in ended
                assert _is_forgotten(event) or plan.step_index < 0 or _is_ready(story, plan, met)
                met.add((plan.enrolment, plan.step, Need.ATTEMPTED))
            case e.TouchSettled(reach=r.Reach.SENT):
                plan = planned[event.touch]
                met.add((plan.enrolment, plan.step, Need.SENT))
            case e.TouchDone():
                plan = planned[event.touch]
                met |= {(plan.enrolment, plan.step, need) for need in Need}
            case _:
                pass


def _expect_no_prospecting_of_clients(story: Story) -> None:
    """Whoever bought hears of it no more, until the purchase turns out to be a mistake."""
    status, prospecting = "lead", story.plan.sequence_class == SequenceClass.PROSPECTING
    for event in story.history:
        match event:
            case e.StatusChanged():
                status = event.status
            case e.TouchAttempted() | e.Enrolled() if prospecting:
                is_forgotten = isinstance(event, e.TouchAttempted) and _is_forgotten(event)
                assert status != "client" or is_forgotten
            case _:
                pass


def _is_forgotten(event: e.TouchAttempted) -> bool:
    """Whether nothing was attempted: a restored home doubts what another one may have done."""
    return event.rule == RuleId.ATTEMPT_FORGOTTEN


def _is_ready(story: Story, plan: e.TouchPlanned, met: set[tuple[int, str, str]]) -> bool:
    return all(
        any((plan.enrolment, step, requirement.need) in met for step in requirement.steps)
        for requirement in story.plan.steps[plan.step_index].requires
    )


def _expect_silence_after_stops(story: Story) -> None:
    """Nothing goes to a person who objected, nor to an élu before an exchange."""
    stopped: set[str] = set()
    holder: dict[int, str] = {}
    overridden: set[int] = set()
    exchanged = False
    for event in story.history:
        match event:
            case e.PersonStopped(person=person):
                stopped.add(person)
            case e.ExchangeHad(role=role):
                exchanged = exchanged or role == HEAD
            case e.TouchPlanned(touch=number, person=person):
                holder[number] = person
                if event.rule == "hierarchy.overridden":
                    overridden.add(number)
            case e.TouchReassigned(touch=number, person=person):
                holder[number] = person
            case e.TouchAttempted(touch=number):
                assert holder[number] not in stopped
                allowed = exchanged or number in overridden or holder[number] != ELU
                assert allowed or _is_forgotten(event)
            case e.TaskOpened(kind="call" | "social", touch=number):
                assert holder[number] not in stopped
                assert exchanged or number in overridden or holder[number] != ELU
            case _:
                pass


def _expect_nothing_to_the_wrong_one(story: Story) -> None:
    """No plan goes to somebody who said to be the wrong one, until a person assigns it anew."""
    wrong: set[tuple[int, str]] = set()
    by_hand = {"touch.order", "hierarchy.overridden", "exit.meeting"}
    for event in story.history:
        match event:
            case e.ParticipantLost(rule="call.wrong_person", person=person):
                wrong.add((event.enrolment, person))
            case e.ParticipantAssigned(rule=rule, person=person):
                wrong.discard((event.enrolment, person))
                if rule == "call.wrong_person":
                    wrong.add((event.enrolment, event.replaced))
            case e.TouchPlanned(enrolment=number, person=person, rule=rule):
                assert (number, person) not in wrong or rule in by_hand, event
            case _:
                pass


def _expect_meetings_kept(story: Story) -> None:
    """Every meeting gets a touch, which only the day, or a person's word, takes away."""
    for body in story.bodies:
        planned = [event for event in body.events if isinstance(event, e.TouchPlanned)]
        for event in body.events:
            if isinstance(event, e.MeetingAgreed):
                assert _is_kept(story, event, planned), event
    own_word = {
        *("meeting.moved", "meeting.cancelled", "skip.order", "task.outcome"),
        *("exit.refusal", "exit.objection", "exit.departure"),
    }
    meetings = {
        event.touch
        for event in story.of(e.TouchPlanned)
        if event.channel is Channel.MEETING and event.slot.asked.anchor == "meeting"
    }
    lost = [
        event
        for event in story.history
        if isinstance(event, e.TouchWithdrawn | e.TouchSkipped)
        and event.touch in meetings
        and event.rule not in own_word
    ]
    assert not lost


def _is_kept(story: Story, agreed: e.MeetingAgreed, planned: list[e.TouchPlanned]) -> bool:
    slots = [event.slot for event in planned if event.person == agreed.person]
    slots += [event.slot for event in story.of(e.TouchMoved)]
    return any(slot.due_at == agreed.meeting_at for slot in slots)


def test_a_sealed_field_is_moved_and_never_read() -> None:
    """The rules have no key: what they move must come out as it went in."""
    story = Story()
    fields = (sealed("p", "salutation"),)

    story.ask(r.AddPerson(person="p", role=HEAD, points=points("p"), fields=fields))

    assert story.state.people["p"].fields == fields
    assert InputId("input-2") in whole(story.stream.ids)
    assert story.bodies[0].stream == NIORT
