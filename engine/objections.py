"""What an objection covers: each address and number of the person, whoever hears it.

Recorded for every one of them, so that it holds in each account that knows one.
"""

from collections.abc import Iterable

from engine.ids import StreamId, StreamKind, stream_id
from engine.requests import RecordObjection
from engine.values import ContactPoint


def covered(points: Iterable[ContactPoint]) -> tuple[str, ...]:
    """Return the tags of a person's points that an objection of the person concerns: of all."""
    return tuple(point.tag for point in points)


def reports(
    tags: Iterable[str], *, account: str = "", person: str = "", touch: int = 0
) -> tuple[tuple[StreamId, RecordObjection], ...]:
    """Return what is told to each contact point concerned, once.

    Args:
        tags: The points covered, and those named beside them.
        account: Where it was heard; empty for an address of which no account is known.
        person: Whose it is, if known.
        touch: What it answers, if anything.
    """
    report = RecordObjection(account=account, person=person, touch=touch)
    return tuple((stream_id(StreamKind.CONTACT_POINT, tag), report) for tag in dict.fromkeys(tags))
