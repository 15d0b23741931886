"""With which number a command ends; `docs/operating.md` says the same to people."""

from enum import IntEnum


class Exit(IntEnum):
    """What became of a command; the numbers never change."""

    DONE = 0
    REFUSED = 1  # decided against: the code says why, and what would allow it
    BAD_INPUT = 2  # what was typed, or a file, breaks a stated rule
    NOTHING_RUNS = 3  # start it with `relance up`
    NO_ANSWER = 4  # something did not answer in time; nobody knows, ask again
    DAMAGE = 5  # refuses to start, or to go on: a person must look
    DATABASE_GONE = 6  # PostgreSQL ended under a running home and did not come back
    FAULT = 70  # our own mistake; the traceback is for a report
    INTERRUPTED = 130  # Ctrl-C


MEANINGS = {
    Exit.DONE: "done",
    Exit.REFUSED: "refused",
    Exit.BAD_INPUT: "bad_input",
    Exit.NOTHING_RUNS: "nothing_runs",
    Exit.NO_ANSWER: "no_answer",
    Exit.DAMAGE: "damage",
    Exit.DATABASE_GONE: "database_gone",
    Exit.FAULT: "fault",
    Exit.INTERRUPTED: "interrupted",
}
"""The word of each number in an error document."""
