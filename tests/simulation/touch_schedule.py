"""Schedules of the touch protocol: what happens next is chosen by chance, from a seed."""

from datetime import timedelta

from tests.simulation.touch_parts import ACCOUNTS, CAPS, BrokenPromiseError, Process, need
from tests.simulation.touch_world import World

STEPS = 140
QUIET_ROUNDS = 400
LONGEST_WRITE_SECONDS = 600


class Schedule:
    """One schedule: random steps with failures, a quiet end, then the checks."""

    def __init__(self, seed: int, faults: frozenset[str] = frozenset()) -> None:
        """Begin a world of its own."""
        self.world = World(seed, faults)

    def step(self) -> None:
        """Let one thing happen, chosen by chance."""
        chance = self.world.random.random()
        if chance < 0.10:
            self.tick(self.world.random.choice((1, 1, 2, 4, 11, 40, 300, 1000, 3600)))
        elif chance < 0.13:
            self.world.take_over(self.world.random.choice(ACCOUNTS))
        elif chance < 0.15:
            self.world.person()
        elif chance < (0.16 if self.world.objection == "none" else 0.30):
            self.world.objection_step()
        else:
            self.process_step(self.world.random.choice(self.world.processes[-3:]), chance)

    def tick(self, seconds: int) -> None:
        """Let time pass; the longer stop before DATA is what the promise excepts."""
        earliest = self.world.at + timedelta(seconds=seconds - LONGEST_WRITE_SECONDS)
        for process in [one for one in self.world.processes if one.is_alive]:
            for job in [one for one in process.jobs if one.phase == "data"]:
                if job.looked_at < earliest:
                    self.world.data(process, job)
        self.world.now += seconds

    def process_step(self, process: Process, chance: float) -> None:
        """Let one process do one thing, freeze or die."""
        if not self.world.runs(process):
            return
        if self.world.random.random() < 0.015:
            process.is_alive = False
            process.jobs, process.own, process.releases = [], [], []
            process.doubts, process.counted = set(), []
        elif self.world.random.random() < (0.10 if process.jobs else 0.01):
            self.freeze(process)
        elif chance < 0.32:
            self.world.gate(process)
        elif chance < 0.50:
            self.world.decide(process)
        elif chance < 0.86:
            self.world.dispatch(process)
        elif chance < 0.93:
            self.world.reconcile(process)
        else:
            self.world.release(process)

    def freeze(self, process: Process) -> None:
        """Stop a process for a while; it notices nothing."""
        process.frozen_until = self.world.now + self.world.random.choice(
            (2, 8, 14, 500, 1000, 2000)
        )

    def run(self) -> None:
        """Play a schedule, then a quiet end without new failures, then look."""
        for _ in range(STEPS):
            self.step()
        self.world.is_quiet = True
        for _ in range(QUIET_ROUNDS):
            self.quiet_round()
            if all(touch.status == "ended" for touch in self.world.touches.values()):
                break
        for _ in range(8):
            self.quiet_round()
        self.look()

    def quiet_round(self) -> None:
        """Let everybody who can finish what they have begun."""
        self.tick(self.world.random.choice((3, 60, 1200, 7200)))
        for account in ACCOUNTS:
            owners = [one for one in self.world.processes if self.world.runs(one)]
            if not any(self.world.owns(one, account) for one in owners):
                self.world.take_over(account)
        for process in [one for one in self.world.processes if self.world.runs(one)]:
            self.world.gate(process)
            for _ in range(12):
                self.world.decide(process)
                self.world.dispatch(process)
                self.world.release(process)
            self.world.reconcile(process)
        self.world.person()

    def look(self) -> None:
        """Check what must hold when all is quiet."""
        for touch in self.world.touches.values():
            need(touch.status == "ended", f"forgotten: a touch is {touch.status} when all is quiet")
        day = timedelta(days=1)
        for _, since in self.world.accepted:
            within = [at for _, at in self.world.accepted if since <= at < since + day]
            need(len(within) <= CAPS.per_day_max, "more messages in a day than the caps allow")
        leaked = [key for key in self.world.grants if key not in self.world.ledger]
        need(not leaked, "a grant leaked")


def broken_promises(
    seeds: range, faults: frozenset[str] = frozenset(), *, count_max: int = 1
) -> dict[int, str]:
    """Return what was broken, by seed; stops at `count_max`."""
    broken: dict[int, str] = {}
    for seed in seeds:
        try:
            Schedule(seed, faults).run()
        except BrokenPromiseError as error:
            broken[seed] = str(error)
            if len(broken) >= count_max:
                break
    return broken
