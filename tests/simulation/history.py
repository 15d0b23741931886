"""One history: what is asked and what goes wrong, drawn from one seed, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.simulation.network import Call, Fault, Word

STEPS_MIN, STEPS_MAX = 8, 32
SLOW_CALLS = (
    *(Call.VIEW, Call.VIEW, Call.INBOX, Call.CURSORS, Call.FLUSH, Call.STATES),
    *(Call.STOPS, Call.STOPS, Call.LEDGER, Call.MESSAGE),
)
SLOW_DECIDING_SECONDS = 0.008
LETTERS_SHARE = 0.6
"""Of the histories in which everybody is enrolled soon, and the first messages fall due."""
ENROLLED_COUNT = 4  # things asked, after which a story's account is enrolled
ENROLLING_SECONDS = 0.5
LETTERS_HOURS = 192
LEAVING_SECONDS = 0.1  # in which the first messages leave, if nothing goes wrong
KILL_SHARE = 0.2  # of these, in which a process is killed meanwhile
ANSWER_SHARE = 0.5  # of these, in which the mail server does not just take them
OBJECTORS = ("mail-0", "mail-1", "mail-2", "head-0", "head-1", "head-2")
CALLS = {
    Call.DECISIONS: 12,
    Call.INBOX: 4,
    Call.VIEW: 4,
    Call.READ: 2,
    Call.LEASE: 2,
    Call.STATES: 2,
    Call.FLUSH: 2,
    Call.CURSORS: 2,
    Call.GATE: 3,
    Call.LEDGER: 3,
    Call.STOPS: 3,
    Call.GREETING: 2,
    Call.MESSAGE: 5,
}
FAULTS = {
    Fault.UNACKNOWLEDGED: 4,
    Fault.LATE: 2,
    Fault.LOST: 2,
    Fault.TWICE: 2,
    Fault.SLOW: 1,
    Fault.KILLS: 2,
}
"""How often each is drawn, against the others."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Some ask the next things of their stories, at the same time."""

    stories: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Goes:
    """Some calls of a kind go wrong: every so many of the next."""

    call: Call
    fault: Fault
    seconds: float
    every: int = 1
    count: int = 1


@dataclass(frozen=True, slots=True)
class Objects:
    """Somebody wants nothing any more, and says so at once: at an address, or as a person."""

    name: str


class MailAnswer(Word):
    """What the mail server says to a message."""

    TAKEN = "takes it"
    BUSY = "is busy"  # 4xx
    REFUSED = "refuses it"  # 5xx
    DENIED = "lets nobody of ours write"  # 5.7.1: the mailbox is held until somebody lifts it
    NOBODY = "knows nobody there"  # 5.1.1
    SHUT = "is not there"
    HUNG_UP = "takes it and hangs up"


@dataclass(frozen=True, slots=True)
class Says:
    """The mail server answers otherwise: to every so many of the next messages."""

    answer: MailAnswer
    every: int = 1
    count: int = 1


@dataclass(frozen=True, slots=True)
class Kill:
    """A process ends where it stands; the next one starts after a while."""

    slot: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Restart:
    """A process ends in order; the next one starts at once, perhaps with other code."""

    slot: int
    has_other_code: bool = False  # whose states are not those of the former: an upgrade, or back


@dataclass(frozen=True, slots=True)
class SetClock:
    """The wall clock of a process is set, and set back after a while."""

    slot: int
    hours: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Freeze:
    """A process stands still for a while, and goes on as if nothing had been."""

    slot: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Outage:
    """The servers die, lose what they had not flushed, and come back after a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Later:
    """The clock of the workspace moves to the next timer, or on by so many hours."""

    hours: int


Act = Ask | Goes | Objects | Says | Kill | Restart | SetClock | Freeze | Outage | Later


@dataclass(frozen=True, slots=True)
class Step:
    """An act, and how long the world waits before it."""

    after_seconds: float
    act: Act

    def __str__(self) -> str:
        return f"+{self.after_seconds:.3f} s  {said(self.act)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that decides how a simulation goes."""

    seed: int  # of delays and of what runs first
    is_one_database: bool  # log, leases and states commit together, as on PostgreSQL
    slot_count: int
    partition_count: int
    story_count: int
    is_shuffled: bool
    slow_calls: tuple[Call, ...]  # each takes up to some seconds
    steps: tuple[Step, ...]
    deciding_seconds: float = 0.0  # what one decision takes

    def __str__(self) -> str:
        return "\n".join([self._circumstances(), *(f"  {step}" for step in self.steps)])

    def _circumstances(self) -> str:
        words = [
            f"{self.slot_count} process(es)",
            f"{self.partition_count} partition(s)",
            f"{self.story_count} stories",
            "one database" if self.is_one_database else "a log apart from the database",
            *(["shuffled"] if self.is_shuffled else []),
            *(f"each {call} slow" for call in self.slow_calls),
            *([f"{self.deciding_seconds} s a decision"] if self.deciding_seconds else []),
        ]
        return f"seed {self.seed}: {', '.join(words)}"


def said(act: Act) -> str:
    """Return an act in words."""
    match act:
        case Ask(stories=stories, count=count):
            return f"stories {', '.join(map(str, stories))} go on by {count}"
        case Goes(call=call, fault=fault, seconds=seconds, every=every, count=count):
            which = f"{every}th" if count == 1 else f"every {every}th of {every * count}"
            return f"the {which} {call} from now on {fault} ({seconds} s)"
        case Objects(name=name):
            return f"somebody objects: {name}"
        case Says(answer=answer, every=every, count=count):
            return f"to every {every}th of {every * count} messages the mail server {answer}"
        case Kill(slot=slot, seconds=seconds):
            return f"process {slot} is killed, its successor starts after {seconds} s"
        case Restart(slot=slot, has_other_code=has_other_code):
            how = "with other code" if has_other_code else "again"
            return f"process {slot} ends in order, and starts {how}"
        case SetClock(slot=slot, hours=hours, seconds=seconds):
            return f"the clock of process {slot} is set by {hours} hours for {seconds} s"
        case Freeze(slot=slot, seconds=seconds):
            return f"process {slot} is frozen for {seconds} s"
        case Outage(seconds=seconds):
            return f"the servers die, and are back after {seconds} s"
        case Later(hours=hours):
            return f"the clock moves {f'{hours} hours' if hours else 'to the next timer'}"


MAIL_ANSWERS = {
    MailAnswer.BUSY: 4,
    MailAnswer.HUNG_UP: 4,
    MailAnswer.SHUT: 3,
    MailAnswer.REFUSED: 2,
    MailAnswer.DENIED: 1,
    MailAnswer.NOBODY: 1,
}


def history_of(seed: int) -> History:
    """Return the history that a seed draws."""
    random = Random(seed)
    is_one_database = random.random() < 0.6
    slot_count = 1 if is_one_database and random.random() < 0.8 else 2
    story_count = random.randint(2, 7)
    count = random.randint(STEPS_MIN, STEPS_MAX)
    # Few kinds of fault, each often: many kinds once each would hardly ever meet.
    usual = [_goes(random) for _ in range(random.randint(1, 4))]
    steps = [
        Step(_pause(random), _act(random, slot_count, story_count, usual)) for _ in range(count)
    ]
    if random.random() < LETTERS_SHARE:
        steps = _with_letters(random, steps, story_count)
    return History(
        seed=seed,
        is_one_database=is_one_database,
        slot_count=slot_count,
        partition_count=random.choice((1, 1, 1, 2, 3)),
        story_count=story_count,
        is_shuffled=random.random() < 0.5,
        slow_calls=_slow_calls(random),
        deciding_seconds=random.choice((0.0, 0.0, 0.0, SLOW_DECIDING_SECONDS)),
        steps=tuple(steps),
    )


def _with_letters(random: Random, steps: list[Step], story_count: int) -> list[Step]:
    """Return steps in which the first messages are due while things go wrong."""
    due_index = random.randint(1, len(steps) // 2)
    meanwhile: list[Act] = [
        Objects(random.choice(OBJECTORS)) for _ in range(random.choice((0, 1, 3)))
    ]
    if random.random() < KILL_SHARE:
        meanwhile.append(Kill(0, 0.5))
    says = [Step(0.0, _says(random))] if random.random() < ANSWER_SHARE else []
    return [
        Step(0.0, Ask(tuple(range(story_count)), ENROLLED_COUNT)),
        *steps[:due_index],
        *says,
        Step(ENROLLING_SECONDS, Later(LETTERS_HOURS)),
        *(Step(random.random() * LEAVING_SECONDS, act) for act in meanwhile),
        *steps[due_index:],
    ]


def _pause(random: Random) -> float:
    return random.choice((0.0, 0.0, 0.002, 0.01, 0.05, 0.2, 1.0)) * (0.5 + random.random())


def _act(random: Random, slot_count: int, story_count: int, usual: list[Goes]) -> Act:
    slot = random.randrange(slot_count)
    acts: tuple[tuple[int, Callable[[], Act]], ...] = (
        (6, lambda: Ask((random.randrange(story_count),), random.randint(1, 4))),
        (6, lambda: Ask(tuple(range(story_count)), random.randint(1, 3))),
        (8, lambda: random.choice(usual)),
        (2, lambda: _says(random)),
        (1, lambda: Kill(slot, random.choice((0.0, 0.5, 20.0)))),
        (1, lambda: Restart(slot, has_other_code=random.random() < 0.5)),
        (1, lambda: SetClock(slot, random.choice((720, 5, -5)), random.choice((0.01, 0.3, 5.0)))),
        (1, lambda: Freeze(slot, random.choice((0.2, 3.0, 20.0)))),
        (1, lambda: Outage(random.choice((0.0, 0.3, 3.0)))),
        (3, lambda: Later(random.choice((0, 0, 0, 5, 100)))),
    )
    (chosen,) = random.choices([act for _, act in acts], [weight for weight, _ in acts])
    return chosen()


def _goes(random: Random) -> Goes:
    (call,) = random.choices(list(CALLS), list(CALLS.values()))
    (fault,) = random.choices(list(FAULTS), list(FAULTS.values()))
    if call is Call.MESSAGE and fault is Fault.TWICE:
        fault = Fault.UNACKNOWLEDGED  # what a server hears twice was said twice
    seconds = random.choice((0.01, 0.01, 0.1, 0.5, 3.0))
    return Goes(call, fault, seconds, random.randint(1, 5), random.choice((1, 1, 2, 6)))


def _says(random: Random) -> Says:
    (answer,) = random.choices(list(MAIL_ANSWERS), list(MAIL_ANSWERS.values()))
    return Says(answer, random.randint(1, 3), random.choice((1, 1, 2, 6)))


def _slow_calls(random: Random) -> tuple[Call, ...]:
    """Return what is slow all the time: one thing mostly, or the others would hide it."""
    count = random.choice((0, 0, 1, 1, 1, 2))
    return tuple(sorted(set(random.choices(SLOW_CALLS, k=count))))
