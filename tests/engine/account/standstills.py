"""Random worlds in which plans stand still: `python -m tests.engine.account.standstills WORLDS`.

A world is a plan, and what happens to it: holds of every scope that overlap, holds that end
of themselves, a late opening, people away, days on which nobody runs.  What it holds against
the rules is counted here by hand, day by day, without their arithmetic.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine import rules
from engine.account.due import due_touches
from engine.account.state import Touch, TouchStatus
from engine.cadence.calendars import Calendars, calendars_at
from engine.values import Grant, Slot
from tests.engine.account.random_plans import DAY, PEOPLE, addressed, plan_of, with_order
from tests.engine.account.story import MONDAY, PARIS, Story, at, french_rules

ROUNDS_MAX = 400
STANDS_MAX_DAYS = 60


@dataclass(slots=True)
class World:
    """One story, what it planned, and what happened to it."""

    luck: random.Random
    story: Story
    planned: dict[str, Slot] = field(default_factory=dict)
    happened: dict[str, datetime] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    is_parted: bool = False  # something stood still for one person only
    seen: int = 0

    @property
    def calendars(self) -> Calendars:
        """Return the calendars where the account is."""
        found = calendars_at(self.story.state.locality, french_rules())
        assert found is not None
        return found

    def days_apart(self, first: date, second: date) -> int:
        """Return the business days after the first day up to the second, each counted once."""
        day, last = (self.open_from(day) for day in (first, second))
        count = 0
        while day < last:
            day += DAY
            count += self.calendars.is_business_day(day)
        return count

    def open_from(self, day: date) -> date:
        """Return the first business day from a day on."""
        while not self.calendars.is_business_day(day):
            day += DAY
        return day

    def paced(self) -> dict[str, Touch]:
        """Return the planned touches that no date of the calendar ties, by step."""
        return {
            touch.step: touch
            for touch in self.story.state.touches.values()
            if touch.status is TouchStatus.PLANNED and not touch.slot.asked.anchor.startswith("ev")
        }

    def ask(self, request: r.Request, words: str) -> None:
        """Ask it, whatever comes of it."""
        self.told.append(f"{self.story.now.astimezone(PARIS):%a %d/%m %H:%M} {words}")
        self.story.ask(request)
        self.note()

    def run_until(self, until_at: datetime) -> None:
        """Let time pass from timer to timer; people do what opens at once."""
        for _ in range(ROUNDS_MAX):
            due_at = rules.due_at(self.story.stream)
            if due_at is None or due_at > until_at:
                self.story.now = max(self.story.now, until_at)
                return
            self.story.now = max(self.story.now, due_at)
            self.use_up()
        raise AssertionError(self.told)

    def use_up(self) -> None:
        """Decide what is due, in an order of its own; close what it opens."""
        for _ in range(ROUNDS_MAX):
            raised = list(rules.due(self.story.stream, self.story.now))
            self.luck.shuffle(raised)
            for name, request in raised:
                asked = request
                if isinstance(asked, r.AttemptTouch):
                    asked = replace(asked, grant=Grant("box", "2027-01-18T08"))
                self.story.ask(asked, name=name, actor="engine")
            self.story.settle(r.Reach.SENT)
            self.note()
            closed = self.close_tasks()
            if not raised and not closed:
                return
        raise AssertionError(self.told)

    def close_tasks(self) -> int:
        """Close what can be closed; return how many."""
        count = 0
        for number, task in tuple(self.story.state.tasks.items()):
            if task.touch:
                outcome = "absent" if task.kind == "call" else "done"
                before = len(self.story.history)
                self.story.ask(r.CompleteTask(task=number, outcome=outcome))
                count += len(self.story.history) > before
        return count

    def note(self) -> None:
        """Note which steps were attempted or opened since."""
        steps = {event.touch: event.step for event in self.story.of(e.TouchPlanned)}
        for body in self.story.bodies[self.seen :]:
            for event in body.events:
                if isinstance(event, e.TouchAttempted | e.TaskOpened) and event.touch:
                    self.happened.setdefault(steps[event.touch], body.at)
        self.seen = len(self.story.bodies)


def world_of(seed: int) -> World:
    """Return a world at its beginning: enrolled, perhaps into a campaign that opens late."""
    luck = random.Random(seed)
    plan = with_order(plan_of(luck))
    world = World(luck, Story(plan, zone=luck.choice(["", "A", "B", "C"])))
    late = luck.random() < 0.3
    world.story.with_people(*PEOPLE)
    world.story.ask(world.story.enrol(*addressed(plan), campaign="c" if late else ""))
    if late:
        _open_late(world)
    world.planned = {touch.step: touch.slot for touch in world.story.state.touches.values()}
    world.note()
    return world


def _open_late(world: World) -> None:
    """Open the campaign up to 60 days late; the plan is that of whoever begins then."""
    days = world.luck.randint(0, STANDS_MAX_DAYS)
    world.story.now = at(MONDAY + days * DAY, world.luck.randint(0, 23))
    world.ask(r.OpenEnrolment(enrolment=1, start_on=MONDAY), f"opened {days} days late")
    start_on = world.story.state.enrolments[1].start_on
    assert (start_on - MONDAY).days % 7 == 0
    afresh = Story(world.story.plan, zone=world.story.state.locality.school_zone)
    afresh.enrolled(*addressed(world.story.plan), start_on=start_on)
    _expect_nothing_at_once(world)
    begins = {touch.step: touch.slot for touch in afresh.state.touches.values()}
    if all(slot.due_at > world.story.now for slot in begins.values()):
        assert {step: touch.slot.on for step, touch in world.paced().items()} == {
            step: slot.on for step, slot in begins.items() if not slot.asked.anchor.startswith("ev")
        }


def _expect_nothing_at_once(world: World, due: frozenset[str] = frozenset()) -> None:
    found = due_touches(world.story.state, world.story.now)
    at_once = {touch.step for _, touch in found if not touch.slot.asked.anchor.startswith("ev")}
    assert at_once <= due, (at_once, world.told)


Act = Callable[[World], None]


def _pause(world: World) -> None:
    scope = world.luck.choice(["account", "enrolment", "person", "person in it"])
    person = world.luck.choice(PEOPLE) if "person" in scope else ""
    ends = world.luck.random() < 0.3
    until = world.story.now.astimezone(PARIS).date() + world.luck.randint(1, 40) * DAY
    world.is_parted = world.is_parted or bool(person)
    pause = r.Pause(
        reason=f"r{len(world.told)}",
        enrolment=1 if scope in ("enrolment", "person in it") else 0,
        person=person,
        until=until if ends else None,
    )
    world.ask(pause, f"pause {scope} {person} until {pause.until}")


def _resume(world: World) -> None:
    holds = list(world.story.state.holds)
    if holds:
        resume(world, world.luck.choice(holds))


def resume(world: World, number: int) -> None:
    """Lift a hold, and look at what it let go."""
    hold = world.story.state.holds[number]
    before = world.paced()
    free = {step for step, touch in before.items() if rules_cover(world, touch) == {number}}
    due = frozenset(step for step in before if before[step].slot.closes_at > world.story.now)
    world.ask(r.Resume(hold=number), f"resume {number}")
    after = world.paced()
    assert after.keys() >= free, (free - after.keys(), world.told)
    days = world.days_apart(_day(max(hold.since_at, _start_at())), _day(world.story.now))
    _expect_nothing_at_once(world, due if not days else frozenset())
    _expect_shape(world, {step: before[step].slot for step in free}, after)


def _start_at() -> datetime:
    return at(MONDAY, 0)


def rules_cover(world: World, touch: Touch) -> set[int]:
    """Return the holds that cover a touch, as the words of a hold say it."""
    return {
        number
        for number, hold in world.story.state.holds.items()
        if hold.enrolment in (0, touch.enrolment) and hold.person in ("", touch.person)
    }


def _expect_shape(world: World, before: dict[str, Slot], after: dict[str, Touch]) -> None:
    """Expect of what went on that it kept its order and its distances."""
    hanging = _hanging(world) if world.is_parted else set()
    before = {step: slot for step, slot in before.items() if step not in hanging}
    for first, was in before.items():
        assert after[first].slot.on >= was.on, (first, world.told)
        for second, then in before.items():
            if was.due_at < then.due_at:
                apart = _least_apart(world, was, then)
                pair = (after[first].slot, after[second].slot)
                assert pair[0].due_at <= pair[1].due_at, (first, second, pair, world.told)
                found = world.days_apart(pair[0].on, pair[1].on)
                assert found >= apart, (first, second, found, apart, pair, world.told)


def _least_apart(world: World, first: Slot, second: Slot) -> int:
    """Return how far apart two touches are at least: as planned, or as their steps ask."""
    planned = world.days_apart(first.on, second.on)
    asked = world.days_apart(_wish(first), _wish(second))
    return min(planned, asked)


def _wish(slot: Slot) -> date:
    stood = [move.to_on for move in slot.moves if move.rule == "plan.stood_still"]
    return stood[-1] if stood else slot.asked.on


def _stop_running(world: World) -> None:
    days = world.luck.randint(0, STANDS_MAX_DAYS)
    world.told.append(f"nobody runs for {days} days")
    world.story.now += timedelta(days=days, minutes=world.luck.randint(0, 1439))
    touches = world.story.state.touches.values()
    due = {touch.step for touch in touches if touch.slot.closes_at > world.story.now}
    happened = set(world.happened)
    holds = set(world.story.state.holds)
    world.luck.shuffle(raised := list(rules.due(world.story.stream, world.story.now)))
    for name, request in raised:
        world.story.ask(request, name=name, actor="engine")
        world.note()
    if holds == set(world.story.state.holds):
        assert set(world.happened) - happened <= due, (world.happened, world.told)
    world.use_up()


def _be_away(world: World) -> None:
    person = world.luck.choice(PEOPLE)
    today = world.story.now.astimezone(PARIS).date()
    return_on = today + world.luck.randint(0, 40) * DAY if world.luck.random() < 0.7 else None
    known_on = world.story.state.people[person].not_before_on
    world.is_parted = True
    notice = r.RecordAutomaticReply(person=person, return_on=return_on)
    world.ask(notice, f"{person} is away until {return_on}")
    if return_on is None and known_on is not None:
        back_on = world.story.state.people[person].not_before_on
        assert back_on is not None
        assert back_on >= known_on


ACTS: tuple[Act, ...] = (_pause, _pause, _resume, _resume, _stop_running, _be_away)


def play(seed: int) -> World:
    """Play a world to its end, and hold it against what a standstill must leave as it is."""
    world = world_of(seed)
    if _is_contrary(world):
        return world
    for _ in range(world.luck.randint(1, 7)):
        hours = world.luck.randint(0, 24 * world.luck.choice([1, 4, 12]))
        world.run_until(world.story.now + timedelta(hours=hours))
        world.luck.choice(ACTS)(world)
    world.run_until(world.story.now + timedelta(days=world.luck.randint(0, 20)))
    for number in list(world.story.state.holds):
        if number in world.story.state.holds:
            resume(world, number)
    world.run_until(world.story.now + timedelta(days=500))
    world.use_up()  # what was open while somebody was away
    world.run_until(world.story.now + timedelta(days=500))
    _expect_all_happened(world)
    return world


def _expect_all_happened(world: World) -> None:
    """Expect every step once, in order, no nearer to each other than the plan had them."""
    skipped = {event.rule for event in world.story.of(e.TouchSkipped)}
    assert not skipped, (skipped, world.told)
    assert world.happened.keys() == world.planned.keys(), world.told
    if world.is_parted:
        return  # what stood still for one made room for the others
    fair = {s for s, slot in world.planned.items() if slot.asked.anchor.startswith("event")}
    steps = sorted(world.planned.keys() - fair, key=lambda step: world.planned[step].due_at)
    for index, first in enumerate(steps):
        for second in steps[index + 1 :]:
            _expect_pair(world, first, second)
    if steps:
        began_at = min(world.happened[step] for step in steps)
        assert world.happened[steps[0]] == began_at, world.told


def _is_contrary(world: World) -> bool:
    """Say whether a late start put a step before one that it requires."""
    due = {step: slot.due_at for step, slot in world.planned.items()}
    return any(
        due[before] >= due[step.id]
        for step in world.story.plan.steps
        if step.id in due
        for need in step.requires
        for before in need.steps
    )


def _hanging(world: World) -> set[str]:
    """Return the steps that wait for what another person's step comes to."""
    role = {step.id: step.roles[0].name for step in world.story.plan.steps}
    found: set[str] = set()
    for step in world.story.plan.steps:
        before = {step.anchor.step, *(s for need in step.requires for s in need.steps)} - {""}
        if any(other in found or role[other] != role[step.id] for other in before):
            found.add(step.id)
    return found


def _expect_pair(world: World, first: str, second: str) -> None:
    was, then = world.planned[first], world.planned[second]
    if was.due_at == then.due_at:
        return
    found = (world.happened[first], world.happened[second])
    assert found[0] <= found[1], (first, second, found, world.told)
    apart = world.days_apart(_day(found[0]), _day(found[1]))
    least = _least_apart(world, was, then)
    assert apart >= least, (first, second, apart, least, found, was.on, then.on, world.told)


def _day(at_: datetime) -> date:
    return at_.astimezone(PARIS).date()


def main() -> int:
    """Play as many worlds as the command line asks for; return 1 if a promise was broken."""
    first, count = (0, int(sys.argv[1])) if len(sys.argv) == 2 else map(int, sys.argv[1:3])
    broken = 0
    for seed in range(first, first + count):
        try:
            play(seed)
        except AssertionError as error:
            broken += 1
            print(f"seed {seed}: {str(error)[:1500]}")  # noqa: T201 (what it is run for)
            if broken == 5:
                break
    print(f"{seed + 1 - first} worlds, {broken} broken promises")  # noqa: T201
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
