"""Whatever is tried again moves on: later each time, and in the end a person looks.

No touch is tried at once again, whatever kept it back and whatever its window says; what
only a person can mend is blocked, with a task that names it.
"""

from datetime import datetime, timedelta

from engine import events as e
from engine.account.obstacles import Block
from engine.account.planning import land_again, plan
from engine.account.state import Touch
from engine.account.stops import refused_address
from engine.account.turn import Turn
from engine.account.waiting import BROKEN, after_step, block, resume_waiting
from engine.rule_ids import RuleId

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
TRIES_MAX = 16
"""One minute, two, four, up to a day: the sixteenth comes about a week after the first."""

DECISIONS_MAX = 18
"""Per touch and hour, unless a person asks: six tries, each attempted, in doubt and settled."""

OF_RECIPIENT = ("rcpt", "data", "content")
"""Stages of a conversation whose answer may be about one message or its recipient."""


def wait_after(tried_count: int) -> timedelta:
    """Return how long a touch waits at least that was put off so often in a row already.

    Examples:
        >>> [str(wait_after(count)) for count in (0, 1, 6, 40)]
        ['0:01:00', '0:02:00', '1:04:00', '1 day, 0:00:00']
    """
    return min(FIRST_WAIT * (1 << min(tried_count, TRIES_MAX)), LONGEST_WAIT)


def try_later(turn: Turn, number: int, *, rule: str, until_at: datetime) -> Turn:
    """Land a touch again, no sooner than `until_at` and than its tries allow."""
    touch = turn.state.touches[number]
    is_try = rule != RuleId.WINDOW_PASSED  # nobody tried: it only gets its next slot
    if is_try and touch.tried_count + 1 >= TRIES_MAX:
        return block(turn, number, Block(rule=RuleId.ATTEMPT_TOO_OFTEN, missing=(rule,)))
    earliest_at = max(until_at, turn.at + (_wait(touch, rule) if is_try else timedelta()))
    slot = land_again(turn, number, not_before_at=earliest_at, rule=rule)
    if slot is None:
        turn = turn.then(e.TouchSkipped(rule=RuleId.WINDOW_NONE, touch=number, reason=rule))
        return after_step(turn, touch.enrolment)
    kept = e.TouchKeptBack(rule=rule, touch=number, attempt=touch.attempt + 1, slot=slot)
    turn = plan(turn.then(kept), touch.enrolment, rule=RuleId.TOUCH_MOVED)
    return resume_waiting(turn, touch.enrolment)


def _wait(touch: Touch, rule: str) -> timedelta:
    """Return how long a touch waits; the first time that its process died it waits for nothing.

    Nobody refused it: a home that was killed goes on as if nothing had happened.
    """
    is_first = touch.tried_count == 0
    return (
        timedelta() if is_first and rule == RuleId.ATTEMPT_ABSENT else wait_after(touch.tried_count)
    )


def stop_trying(turn: Turn, number: int, touch: Touch, code: str) -> Turn:
    """Block what is broken, with a task that says what to correct.

    Args:
        turn: The decision in the making, the attempt settled.
        number: The touch.
        touch: As it was attempted.
        code: The rule that broke, and after a colon what it names: `content.malformed:signal`.
    """
    text, _, named = code.partition(":")
    if text in (RuleId.CONTACT_POINT_MALFORMED, RuleId.CONTACT_POINT_MISMATCH):
        turn = refused_address(turn, touch.person, touch=number, code=text)
        return after_step(turn, touch.enrolment)
    rule = next((known for known in BROKEN if known == text), RuleId.CONTENT_BROKEN)
    missing = tuple(named.split("+")) if named else (touch.message or touch.step,)
    return block(turn, number, Block(rule=rule, missing=missing))


def is_about_message(touch: Touch, code: str) -> bool:
    """Whether an answer that speaks of our set-up must be about this one message.

    It held the mailbox once, a person lifted that, and the same message gets the same
    answer at a stage where others pass.
    """
    stage = code.partition(":")[2].partition(" ")[0]
    return touch.fault_count > 0 and stage in OF_RECIPIENT
