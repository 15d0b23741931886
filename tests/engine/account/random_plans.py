"""Random plans of a few contacts, counted from the start, from each other, from a fair."""

import random
from datetime import timedelta

from msgspec.structs import replace

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
from engine.values import Channel
from tests.engine.account.story import DGS, DSI, HEAD, MONDAY, Story

PEOPLE = (HEAD, DGS, DSI)
DAY = timedelta(days=1)
CALLS_MAX = 4  # what the ruleset allows to a person in thirty days
WINDOWS = {Channel.EMAIL: "email", Channel.CALL: "call", Channel.SOCIAL: "day"}


def plan_of(luck: random.Random) -> Sequence:
    """Return a plan of a few contacts, counted from the start, from each other, from a fair."""
    steps: list[Step] = []
    days = 0
    for index in range(luck.randint(3, 8)):
        days += luck.randint(0, 5)
        step = _step(luck, index, days, follows=bool(steps))
        calls = [before for before in steps if before.channel is Channel.CALL]
        if len(calls) == CALLS_MAX and step.channel is Channel.CALL:
            step = replace(step, channel=Channel.SOCIAL, window="day")
        steps.append(step)
    if luck.random() < 0.2:
        steps.append(_fair(len(steps)))
    gap = Gap(luck.randint(0, 3), Unit.BUSINESS_DAY, luck.choice(list(GapScope)))
    return Sequence(
        name="world",
        title="t",
        sequence_class="prospecting",
        gap=gap,
        steps=tuple(steps),
        messages={"m": Message(subject="s", body="b")},
        events={"fair": MONDAY + luck.randint(0, 80) * DAY},
    )


def with_order(plan: Sequence) -> Sequence:
    """Return the plan without what a step requires of one that is planned to come after it."""
    bare = replace(plan, steps=tuple(replace(step, requires=()) for step in plan.steps))
    planned = Story(bare).with_people(*PEOPLE)
    planned.ask(planned.enrol(*addressed(plan)))
    on = {touch.step: touch.slot.on for touch in planned.state.touches.values()}
    steps = (
        step
        if all(on[before] < on[step.id] for need in step.requires for before in need.steps)
        else replace(step, requires=())
        for step in plan.steps
    )
    return replace(plan, steps=tuple(steps))


def addressed(plan: Sequence) -> list[str]:
    """Return the roles that the plan addresses."""
    return [role for role in PEOPLE if any(role == step.roles[0].name for step in plan.steps)]


def _step(luck: random.Random, index: int, days: int, *, follows: bool) -> Step:
    channel = luck.choice(list(WINDOWS))
    before = f"s{index - 1}"
    is_chained = follows and luck.random() < 0.3
    needs = follows and luck.random() < 0.3
    unit = luck.choice([Unit.DAY, Unit.BUSINESS_DAY])
    return Step(
        id=f"s{index}",
        kind=StepKind.CONTACT,
        channel=channel,
        aim="x",
        offset=Offset(luck.randint(0, 6), Unit.BUSINESS_DAY) if is_chained else Offset(days, unit),
        anchor=Anchor(AnchorKind.STEP, step=before) if is_chained else Anchor(AnchorKind.START),
        landing=luck.choice([Landing.WINDOW_START, Landing.ASAP]),
        window=WINDOWS[channel],
        fill=Fill.FIRST,
        roles=(Role(luck.choice(PEOPLE), is_required=True),),
        avoids_holidays=luck.random() < 0.5,
        requires=(Requirement((before,), Need.ATTEMPTED),) if needs else (),
        message="m" if channel is Channel.EMAIL else "",
    )


def _fair(index: int) -> Step:
    return Step(
        id=f"s{index}",
        kind=StepKind.CONTACT,
        channel=Channel.SOCIAL,
        aim="x",
        offset=Offset(0, Unit.DAY),
        anchor=Anchor(AnchorKind.EVENT, event="fair"),
        window="day",
        fill=Fill.FIRST,
        roles=(Role(HEAD, is_required=True),),
    )
