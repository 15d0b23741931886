"""What the whole loop promises, and how a simulation says that it was not kept."""

from enum import StrEnum


class Promise(StrEnum):
    """Each is checked by name; a shrunk history breaks the same one as the whole."""

    LOG = "the log is sound"
    ONCE = "an input is decided once"
    NOTHING_LOST = "no input is lost"
    ANSWER = "what was acknowledged stands in the log"
    ANSWERED = "everybody is answered"
    PRESENT = "nothing is decided before its time"
    ROOM = "deciding leaves the loop to others in time"
    RULES = "a decision is what the rules make of all before it"
    REACTION = "every reaction is carried"
    VIEW = "a view is given each decision once, in order"
    VIEW_AT_END = "a view gets to the end"
    TIMER = "the armed timer is the one due next"
    RUNNING = "everything runs when all is at rest"
    STOP = "a stop is written before its answer"
    NOTHING_AFTER_A_STOP = "nothing follows an acknowledged stop but what its answer lists"
    ONE_TRANSACTION = "an attempt is one transaction at most"
    ONE_MESSAGE = "a touch is one message at most"
    ONE_CONTACT = "a human, by id or address, is written to once a day, over all accounts"
    CAPS = "caps hold in any 24 hours"
    IN_DOUBT = "a kill leaves no more in doubt than was being said"
    FORGOTTEN = "nothing due is forgotten"
    OUTCOME = "every attempt gets its outcome, and was granted"
    GRANT = "a grant that nobody will use is given back"
    AT_REST = "the world comes to rest"
    NO_ERRORS = "nothing is logged as an error"
    NO_SPIN = "whoever waits lets time pass"
    ALIVE = "no process ends by itself"
    NO_STRAY = "nothing breaks unseen"


class BrokenError(AssertionError):
    """A promise that was not kept, and what was found instead."""

    def __init__(self, promise: Promise, found: object) -> None:
        self.promise = promise
        super().__init__(f"expected that {promise}, got: {found}")


def need(is_kept: bool, promise: Promise, found: object) -> None:  # noqa: FBT001  (as `assert`)
    """Check a promise.

    Raises:
        BrokenError: It was not kept.
    """
    if not is_kept:
        raise BrokenError(promise, found)
