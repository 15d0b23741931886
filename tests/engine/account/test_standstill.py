"""Whatever stood still, for however long: no step of a plan is lost by it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine import rules
from engine.plan import (
    Anchor,
    AnchorKind,
    Fill,
    Gap,
    GapScope,
    Landing,
    Message,
    Need,
    Offset,
    Requirement,
    Role,
    Sequence,
    Step,
    StepKind,
    Unit,
)
from engine.values import Channel, Grant
from tests.engine.account.story import DAF, DGS, DSI, HEAD, MONDAY, Story, at, library_sequence

ROUNDS_MAX = 200
YEAR = timedelta(days=365)


def step(index: int, channel: Channel, *, days: int, needs: bool = False) -> Step:
    """Return a step counted from the one before it; the first is counted from the start."""
    before = f"s{index - 1}"
    return Step(
        id=f"s{index}",
        kind=StepKind.CONTACT,
        channel=channel,
        aim="x",
        offset=Offset(days, Unit.BUSINESS_DAY),
        anchor=Anchor(AnchorKind.STEP, step=before) if index else Anchor(AnchorKind.START),
        landing=Landing.WINDOW_START,
        window=channel.value,
        fill=Fill.FIRST,
        roles=(Role(HEAD, is_required=True),),
        requires=(Requirement((before,), Need.ATTEMPTED),) if needs and index else (),
        message="m" if channel is Channel.EMAIL else "",
    )


def chain(*steps: Step) -> Sequence:
    """Return a plan of these steps."""
    return Sequence(
        name="chain",
        title="t",
        sequence_class="prospecting",
        gap=Gap(count=0, unit=Unit.BUSINESS_DAY, scope=GapScope.PERSON),
        steps=steps,
        messages={"m": Message(subject="s", body="b")},
    )


CHAINS = st.lists(
    st.tuples(st.sampled_from([Channel.EMAIL, Channel.CALL]), st.integers(0, 6), st.booleans()),
    min_size=2,
    max_size=6,
).map(
    lambda drawn: chain(
        *(
            step(index, channel, days=days, needs=needs)
            for index, (channel, days, needs) in enumerate(drawn)
        )
    )
)


def catch_up(story: Story, *, wakes_first: bool) -> None:
    """Decide what is due, as an owner does whose gate is quick, or slow; calls are made."""
    for _ in range(ROUNDS_MAX):
        before_count = len(story.history)
        for name, request in sorted(
            rules.due(story.stream, story.now),
            key=lambda raised: isinstance(raised[1], r.Wake) is not wakes_first,
        ):
            asked = request
            if isinstance(asked, r.AttemptTouch):
                asked = replace(asked, grant=Grant("box", "2027-01-18T08"))
            story.ask(asked, name=name, actor="engine")
        story.settle(r.Reach.SENT)
        for number, task in tuple(story.state.tasks.items()):
            if not task.touch:
                continue  # it asks for somebody or something that nobody supplies here
            outcome = "absent" if task.kind == "call" else "done"
            story.ask(r.CompleteTask(task=number, outcome=outcome, checked=task.checklist))
        if len(story.history) == before_count:
            return
    raise AssertionError(rules.due(story.stream, story.now))


def run_on(story: Story, *, wakes_first: bool, until_at: datetime | None = None) -> None:
    """Let time pass from timer to timer: a year, or up to an instant."""
    until_at = until_at or story.now + YEAR
    for _ in range(ROUNDS_MAX):
        due_at = rules.due_at(story.stream)
        if due_at is None or due_at > until_at:
            return
        story.now = max(story.now, due_at)
        catch_up(story, wakes_first=wakes_first)
    raise AssertionError(rules.due_at(story.stream))


def library_story(name: str) -> Story:
    """Return an enrolment in a sequence of the library, of everybody it addresses."""
    plan = library_sequence(name)
    addressed = {role.name for step in plan.steps for role in step.roles}
    roles = [role for role in (HEAD, DGS, DSI, DAF, "decideur") if role in addressed]
    story = Story(plan).with_people(*roles)
    request = story.enrol(*roles)
    about = replace(request.about, contract_end_on=date(2027, 12, 31))
    story.ask(replace(request, about=about))
    return story


def skipped(story: Story) -> set[tuple[str, str]]:
    """Return which steps did not happen, by which rule."""
    steps = {planned.touch: planned.step for planned in story.of(e.TouchPlanned)}
    return {
        *((steps[event.touch], event.rule) for event in story.of(e.TouchSkipped)),
        *((event.step, event.rule) for event in story.of(e.StepOmitted)),
    }


def happened(story: Story) -> set[str]:
    """Return which steps were attempted, or opened as a task."""
    steps = {planned.touch: planned.step for planned in story.of(e.TouchPlanned)}
    touches = {event.touch for event in story.of(e.TouchAttempted)}
    touches |= {event.touch for event in story.of(e.TaskOpened) if event.touch}
    return {steps[touch] for touch in touches}


@given(
    plan=CHAINS,
    runs_for=st.integers(0, 20),
    stands_for=st.integers(0, 60),
    hour=st.integers(0, 23),
    wakes_first=st.booleans(),
)
def test_no_step_is_lost_by_a_standstill(
    plan: Sequence, runs_for: int, stands_for: int, hour: int, *, wakes_first: bool
) -> None:
    """A home that was off for a week skipped three calls of four, and reported success."""
    story = Story(plan).enrolled(HEAD)
    until_at = at(MONDAY, hour) + timedelta(days=runs_for)
    run_on(story, until_at=until_at, wakes_first=wakes_first)

    story.now = max(story.now, until_at + timedelta(days=stands_for))
    catch_up(story, wakes_first=wakes_first)
    run_on(story, wakes_first=wakes_first)

    assert story.of(e.TouchSkipped) == []
    assert story.of(e.StepOmitted) == []
    assert happened(story) == {step.id for step in plan.steps}


@pytest.mark.parametrize(
    "name", ["collectivite-prise-de-contact-30j", "saas-b2b-deux-semaines", "radar-renouvellement"]
)
@settings(max_examples=40)
@given(runs_for=st.integers(0, 40), stands_for=st.integers(0, 60), wakes_first=st.booleans())
def test_no_step_of_the_library_is_lost_by_a_standstill(
    name: str, runs_for: int, stands_for: int, *, wakes_first: bool
) -> None:
    """Real plans hang on each other in every way the language has."""
    calm, off = library_story(name), library_story(name)
    run_on(calm, wakes_first=wakes_first)

    until_at = off.now + timedelta(days=runs_for)
    run_on(off, until_at=until_at, wakes_first=wakes_first)
    off.now = max(off.now, until_at + timedelta(days=stands_for))
    run_on(off, wakes_first=wakes_first)

    assert not skipped(off) - skipped(calm)
    assert happened(off) >= happened(calm)


@pytest.mark.parametrize("wakes_first", [True, False])
def test_a_call_due_at_the_same_moment_as_the_mail_before_it_waits_for_it(
    *, wakes_first: bool
) -> None:
    """The row that was seen: mail, call two business days later, mail; a week off."""
    plan = chain(
        step(0, Channel.EMAIL, days=0),
        step(1, Channel.CALL, days=2, needs=True),
        step(2, Channel.EMAIL, days=2),
    )
    story = Story(plan).enrolled(HEAD)

    story.now = at("2027-01-18", 9)
    catch_up(story, wakes_first=wakes_first)
    at_once = story.of(e.TouchAttempted)
    run_on(story, until_at=at("2027-01-18", 18), wakes_first=wakes_first)

    assert at_once == []
    assert [touch.touch for touch in story.of(e.TouchAttempted)] == [1]
    assert {key[0]: str(on) for key, on in story.planned().items()} == {
        "s1": "2027-01-20",
        "s2": "2027-01-22",
    }
