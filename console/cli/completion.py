"""What may be said when a task is closed, and which task it is."""

from dataclasses import dataclass

from engine.ids import StreamId
from projections.queries.tasks import TaskLine


@dataclass(frozen=True, kw_only=True)
class Closing:
    """What may be said when a task is closed; the outcome decides what must be.

    Attributes:
        note: What was said, in a few words; sealed before it is stored.
        next_point: The dated next point, whole: DATE|OBJECT|DELIVERABLE.
        on: Its date, where the three are given one by one.
        object: What it is about.
        deliverable: What it brings.
        meeting_at: Instant of the agreed meeting, on the account's wall clock.
        callback_at: Instant advised for the next call.
        person: Whom the outcome concerns, or the right person: id or role.
        maturity: How far the organisation has thought about it.
        calendar: When it means to decide.
        others: Who else is involved.
        hot: The interview found a project: the account is "chaude".
        no_more_calls: The person asked not to be called again.
        check: A box that was ticked: its number, its text, or "all"; may be repeated.
        next_person: Who comes next.
    """

    note: str = ""
    next_point: str = ""
    on: str = ""
    object: str = ""
    deliverable: str = ""
    meeting_at: str = ""
    callback_at: str = ""
    person: str = ""
    maturity: str = ""
    calendar: str = ""
    others: str = ""
    hot: bool = False
    no_more_calls: bool = False
    check: tuple[str, ...] = ()
    next_person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTask:
    """Which task, and who decides it; without a line it may not exist."""

    stream: StreamId
    number: int
    line: TaskLine | None = None
