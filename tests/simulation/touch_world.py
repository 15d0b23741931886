"""A small world in which processes touch people under races, freezes and crashes.

Accounts decide in one place, as a log with epochs would let them; tables are plain
dictionaries whose changes are as atomic as the real transactions.  Whatever a real
dispatcher decides is asked of `infra.touching.protocol`.  A name in `faults` takes one
protection away.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from engine.requests import Reach
from infra.touching import protocol
from infra.touching.protocol import AttemptReport, Course, Evidence, KeptBack, LedgerRow
from tests.simulation.touch_parts import (
    ACCOUNTS,
    CAPS,
    CLOSES_FOR,
    PERSON_AFTER_SECONDS,
    START_AT,
    TOUCHES_EACH,
    Job,
    Key,
    Process,
    Touch,
    need,
)

RELEASED = AttemptReport(Reach.NOT_SENT, protocol.DEADLINE)
"""What a row says under which nothing will be sent."""


class World:
    """Everything that lasts, and the processes."""

    def __init__(self, seed: int, faults: frozenset[str] = frozenset()) -> None:
        """Begin with one process that owns both accounts."""
        self.random, self.faults, self.now = random.Random(seed), faults, 0
        self.is_quiet = False
        self.touches = {
            f"{account}{number}": Touch(due=self.random.randint(0, 40))
            for account in ACCOUNTS
            for number in range(1, TOUCHES_EACH + 1)
        }
        self.lease = dict.fromkeys(ACCOUNTS, 0)
        self.grants: dict[Key, str] = {}
        self.uncounted: set[Key] = set()
        self.ledger: dict[Key, LedgerRow] = {}
        self.is_suppressed = False
        self.objection = "none"  # none, recorded, committed, acknowledged
        self.listed: frozenset[str] = frozenset()
        self.peer: set[Key] = set()
        self.transactions: Counter[Key] = Counter()
        self.accepted: list[tuple[str, datetime]] = []
        self.processes: list[Process] = []
        for account in ACCOUNTS:
            self.take_over(account)

    @property
    def at(self) -> datetime:
        """Return the clock's instant."""
        return START_AT + timedelta(seconds=self.now)

    # --- owners ------------------------------------------------------------------------

    def take_over(self, account: str) -> None:
        """Give an account to a process: to one that runs, or to a new one."""
        running = [one for one in self.processes if self.runs(one)]
        if not running or (not self.is_quiet and self.random.random() < 0.4):
            self.processes.append(Process(name=f"p{len(self.processes)}"))
            running = self.processes[-1:]
        owner = self.random.choice(running)
        self.lease[account] += 1
        owner.epochs[account] = self.lease[account]
        for name in self.touches_of(account):
            touch = self.touches[name]
            if touch.status in ("attempting", "unknown"):
                self.hear(owner, name, touch, is_found=True)
        for key in [key for key in self.grants if key[0].startswith(account)]:
            if key not in self.ledger and "no_sweep" not in self.faults:
                owner.own.append(("attempt", key, self.grants[key]))

    def hear(self, owner: Process, name: str, touch: Touch, *, is_found: bool) -> None:
        """Let a process hear of a validated attempt, now or at recovery."""
        key = (name, touch.attempt)
        if all(job.key != key for job in owner.jobs):
            is_unknown = touch.status == "unknown" or key in owner.doubts
            heard = touch.attempted if is_found else self.now
            owner.jobs.append(Job(key, heard, is_found=is_found, is_unknown=is_unknown))

    def touches_of(self, account: str) -> list[str]:
        """Return the names of an account's touches."""
        return [name for name in self.touches if name.startswith(account)]

    def owns(self, process: Process, name: str) -> bool:
        """Whether a process holds the lease of a touch's account."""
        return process.epochs.get(name[0]) == self.lease[name[0]]

    def runs(self, process: Process) -> bool:
        """Whether a process lives and is not frozen."""
        return process.is_alive and process.frozen_until <= self.now

    # --- the gate ----------------------------------------------------------------------

    def gate(self, process: Process) -> None:
        """Ask for grants for what is due; one transaction each."""
        for name, touch in self.touches.items():
            key = (name, touch.attempt)
            under_way = any(own[1] == key for own in process.own)
            if touch.status != "due" or touch.due > self.now or under_way:
                continue
            if self.owns(process, name):
                answer = self.grant(process, key)
                if not isinstance(answer, KeptBack) or answer.rule == protocol.SUPPRESSED:
                    process.own.append(("attempt", key, answer))

    def grant(self, process: Process, key: Key) -> str | KeptBack:
        """Return the window of a grant, or what keeps the attempt back."""
        window = protocol.window_of(self.at)
        if self.is_suppressed:
            return KeptBack(protocol.SUPPRESSED)
        if self.grants.get(key) == window:
            return window
        full = protocol.room(CAPS, self.counts(), self.counts(), at=self.at)
        if full is not None:
            return full
        if "grant_not_atomic" in self.faults:
            process.counted.append((key, window))
        else:
            self.grants[key] = window
        return window

    def counts(self) -> Counter[str]:
        """Return the messages counted, by window."""
        return Counter(window for key, window in self.grants.items() if key not in self.uncounted)

    # --- decisions ---------------------------------------------------------------------

    def decide(self, process: Process) -> None:
        """Decide one own input; a former owner's is never valid."""
        if not process.own:
            return
        kind, key, what = process.own.pop(0)
        name, attempt = key
        if not self.owns(process, name):
            process.epochs.pop(name[0], None)
            return
        touch = self.touches[name]
        if kind == "attempt":
            self.decide_attempt(process, touch, key, what)
        elif touch.attempt == attempt and touch.status in ("attempting", "unknown"):
            assert isinstance(what, AttemptReport)
            self.decide_outcome(touch, what)

    def decide_attempt(self, process: Process, touch: Touch, key: Key, what: object) -> None:
        """Attempt, or not: then the grant is released on the validated decision."""
        if touch.attempt == key[1] and touch.status == "due":
            if isinstance(what, KeptBack) and what.rule == protocol.SUPPRESSED:
                touch.status, touch.result = "ended", protocol.SUPPRESSED
            elif isinstance(what, KeptBack):
                until = what.until_at or self.at
                self.again(touch, int((until - START_AT).total_seconds()))
            else:
                touch.status, touch.attempted = "attempting", self.now
                self.hear(process, key[0], touch, is_found=False)
                return
        if not (touch.attempt == key[1] and touch.status in ("attempting", "unknown")):
            process.releases.append(key)

    def decide_outcome(self, touch: Touch, report: AttemptReport) -> None:
        """Take note of what became of an attempt."""
        if report.reach is Reach.UNKNOWN:
            touch.status = "unknown"
        elif report.reach in (Reach.NOT_SENT, Reach.ABSENT):
            self.again(touch, self.now)
        elif report.reach is Reach.POSTPONED:
            self.again(touch, self.now + 30)
        else:
            touch.status, touch.result = "ended", report.reach.value

    def again(self, touch: Touch, due: int) -> None:
        """Land a touch again under a number never used before."""
        touch.status, touch.attempt, touch.due = "due", touch.attempt + 1, due

    def release(self, process: Process) -> None:
        """Delete a grant whose decision was no attempt."""
        if process.releases:
            key = process.releases.pop()
            if self.owns(process, key[0]) and key not in self.ledger:
                self.grants.pop(key, None)
        for key, window in process.counted:
            self.grants[key] = window
        process.counted.clear()

    # --- the dispatcher ----------------------------------------------------------------

    def dispatch(self, process: Process) -> None:
        """Take one attempt one step further."""
        if not process.jobs:
            return
        job = self.random.choice(process.jobs)
        steps: dict[str, Callable[[Process, Job], None]] = {
            "read": self.read,
            "check": self.check,
            "last": self.last,
            "data": self.data,
            "write": self.write,
        }
        steps[job.phase](process, job)

    def age(self, job: Job) -> float:
        """Return how long ago the process heard of an attempt."""
        return 0.0 if "no_deadline" in self.faults else float(self.now - job.heard)

    def read(self, process: Process, job: Job) -> None:
        """Read the row, and insert one where there is none; the insert decides."""
        if "check_first" in self.faults and not job.is_checked:
            self.check(process, job)
            return
        row = None if "no_ledger" in self.faults else self.ledger.get(job.key)
        move = protocol.course_of(
            row if job.is_found else None,
            age_seconds=self.now - job.heard,
            process=process.name,
            process_is_dead=self.is_dead(row),
            is_unknown=job.is_unknown,
        )
        match move:
            case Course.TAKE if row is None:
                self.ledger.setdefault(job.key, LedgerRow(process.name, None))
                self.go_on(job)
            case Course.RELEASE if row is None:
                self.ledger[job.key] = LedgerRow(process.name, RELEASED)
                self.uncounted.add(job.key)
                self.end(process, job, RELEASED)
            case Course.GO_ON:
                self.go_on(job)
            case Course.REPORT:
                assert row is not None
                assert row.report is not None
                self.end(process, job, row.report)
            case Course.DOUBT:
                self.end(process, job, AttemptReport(Reach.UNKNOWN))
            case _:
                job.is_found = True

    def go_on(self, job: Job) -> None:
        """Let an attempt that has its row go on to the look for stops."""
        job.phase = "check" if not job.is_checked else "write" if job.report else "last"

    def is_dead(self, row: LedgerRow | None) -> bool:
        """Whether a row's process is known to have ended; a frozen one is not."""
        return row is not None and not self.process(row.process).is_alive

    def process(self, name: str) -> Process:
        """Return a process by its name."""
        return next(one for one in self.processes if one.name == name)

    def check(self, _process: Process, job: Job) -> None:
        """Look for stops, after the row is committed."""
        looks = "no_suppression_check" not in self.faults
        found = protocol.stop_before_sending(
            is_suppressed=self.is_suppressed and looks,
            window=self.window(job),
            closes_at=START_AT + CLOSES_FOR,
            at=self.at,
            age_seconds=self.age(job),
        )
        job.report, job.is_checked = found, True
        if job.phase == "check":
            self.go_on(job)

    def window(self, job: Job) -> str:
        """Return the window of an attempt's grant."""
        if "no_window_check" in self.faults:
            return protocol.window_of(self.at)
        return self.grants.get(job.key, "")

    def last(self, _process: Process, job: Job) -> None:
        """Look at the clocks once more, right before DATA."""
        if protocol.may_still_send(window=self.window(job), at=self.at, age_seconds=self.age(job)):
            job.phase, job.looked_at = "data", self.at
        else:
            job.report, job.phase = AttemptReport(Reach.NOT_SENT, protocol.DEADLINE), "write"

    def data(self, _process: Process, job: Job) -> None:
        """Say DATA: the one step that the world sees."""
        self.transactions[job.key] += 1
        need(self.transactions[job.key] == 1, "two transactions for one attempt")
        if self.objection == "acknowledged":
            need(job.key[0] in self.listed, "a send after an acknowledged objection, not listed")
        chance = self.random.random()
        if chance < 0.7 or self.is_quiet:
            self.accept(job)
            job.report = AttemptReport(Reach.SENT)
        elif chance < 0.8:
            self.accept(job)
        elif chance < 0.95:
            job.report = AttemptReport(self.random.choice((Reach.POSTPONED, Reach.REFUSED)))
        job.phase = "write"

    def accept(self, job: Job) -> None:
        """Let the peer take the message over."""
        self.peer.add(job.key)
        self.accepted.append((job.key[0], job.looked_at))
        times = Counter(name for name, _ in self.accepted)
        need(times[job.key[0]] == 1, "a touch accepted twice by the peer")

    def write(self, process: Process, job: Job) -> None:
        """Write the outcome; the first one stands."""
        row = self.ledger.get(job.key, LedgerRow(process.name, None))
        if job.report is None:
            self.end(process, job, AttemptReport(Reach.UNKNOWN))
            return
        if row.report is None:
            self.settle(job.key, row, job.report)
        self.end(process, job, self.ledger[job.key].report or job.report)

    def settle(self, key: Key, row: LedgerRow, report: AttemptReport) -> None:
        """Write an outcome where none stands."""
        self.ledger[key] = LedgerRow(row.process, report)
        if protocol.gives_back(report.reach):
            self.uncounted.add(key)

    def end(self, process: Process, job: Job, report: AttemptReport) -> None:
        """AttemptReport what became of an attempt, to whoever owns the account."""
        process.jobs.remove(job)
        if report.reach is Reach.UNKNOWN:
            process.doubts.add(job.key)
        process.own.append(("outcome", job.key, report))

    # --- afterwards --------------------------------------------------------------------

    def reconcile(self, process: Process) -> None:
        """Ask the peer about what is in doubt."""
        for key in sorted(process.doubts):
            row = self.ledger.get(key)
            evidence = Evidence.FOUND if key in self.peer else Evidence.ABSENT
            is_dead = self.is_dead(row) or "absent_while_alive" in self.faults
            report = row.report if row and row.report else None
            report = report or protocol.settled_by(evidence, process_is_dead=is_dead)
            if report is not None and row is not None:
                if row.report is None:
                    self.settle(key, row, report)
                process.doubts.discard(key)
                process.own.append(("outcome", key, report))

    def person(self) -> None:
        """Let a person settle what stayed unknown, truthfully."""
        for name, touch in self.touches.items():
            if touch.status != "unknown" or self.now < touch.attempted + PERSON_AFTER_SECONDS:
                continue
            if (name, touch.attempt) in self.peer:
                touch.status, touch.result = "ended", Reach.SENT.value
            elif self.random.random() < 0.5:
                self.again(touch, self.now)
            else:
                touch.status, touch.result = "ended", "closed"

    def objection_step(self) -> None:
        """Take the objection one step further: row committed, ledger read, answered."""
        match self.objection:
            case "none":
                self.objection = "recorded"
                if "answer_first" in self.faults:
                    self.objection = "acknowledged"
            case "recorded" | "acknowledged" if not self.is_suppressed:
                self.is_suppressed = True
                self.objection = "committed" if self.objection == "recorded" else "acknowledged"
            case "committed":
                rows = list(self.ledger.items())
                self.listed = frozenset(protocol.in_flight([(key[0], row) for key, row in rows]))
                self.objection = "acknowledged"
            case _:
                pass
