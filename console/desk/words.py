"""Read what people write: names of touches and tasks, ids, pairs, partitions."""

import re
import unicodedata
from collections.abc import Iterable

from console.desk.errors import UsageError
from infra.log.port import Place, Topic

_NUMBERED = re.compile(r"(?P<kind>[TtKk])-(?P<owner>.+)-(?P<number>[1-9][0-9]{0,9})")
_KEY = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
KEY_LENGTH_MAX = 60
WORKSPACE_WORDS = ("workspace", "-1")


def touch_of(text: str) -> tuple[str, int]:
    """Return account and number of a touch.

    An account's id may hold hyphens: the number is what follows the last.

    Raises:
        UsageError: It is no name of a touch.

    Examples:
        >>> touch_of("T-commune-79191-4")
        ('commune-79191', 4)
    """
    return _numbered(text, "T", "the touch", "T-217901911-4")


def task_of(text: str) -> tuple[str, int]:
    """Return owner (account or campaign) and number of a task.

    Raises:
        UsageError: It is no name of a task.

    Examples:
        >>> task_of("K-217901911-2")
        ('217901911', 2)
    """
    return _numbered(text, "K", "the task", "K-217901911-2")


def pairs_of(texts: Iterable[str], *, name: str, example: str) -> dict[str, str]:
    """Return `key=value` words as a mapping, in order.

    Raises:
        UsageError: One has no `=`, no key or no value, or a key comes twice.
    """
    pairs: dict[str, str] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise UsageError(name, f"look like {example}")
        if key.strip() in pairs:
            raise UsageError(name, "name each key once", key.strip())
        pairs[key.strip()] = unicodedata.normalize("NFC", value).strip()
    return pairs


def key_of(text: str, *, name: str) -> str:
    """Return an id that a person chose; it never changes once stored.

    Raises:
        UsageError: It is too long, or holds other signs than small letters and digits.
    """
    if len(text) > KEY_LENGTH_MAX or not _KEY.fullmatch(text):
        rule = f"be at most {KEY_LENGTH_MAX} small letters, digits, hyphens"
        raise UsageError(name, rule, remedy="such as guichet-famille")
    return text


def place_of_text(text: str) -> Place:
    """Return the place that `3`, `workspace` or `inbox.express/3` name.

    Raises:
        UsageError: It names none.

    Examples:
        >>> place_of_text("3").topic.value, place_of_text("quarantine/2").partition
        ('events', 2)
    """
    if text in WORKSPACE_WORDS:
        return Place(Topic.WORKSPACE, 0)
    topic, _, number = text.rpartition("/")
    if not number.isdigit() or topic not in ("", *Topic):
        rule = f"be a number, workspace, or TOPIC/NUMBER with one of {', '.join(Topic)}"
        raise UsageError("the partition", rule, text)
    return Place(Topic(topic or Topic.EVENTS), int(number))


def _numbered(text: str, kind: str, name: str, example: str) -> tuple[str, int]:
    match = _NUMBERED.fullmatch(text.strip())
    if match is None or match["kind"].upper() != kind:
        raise UsageError(name, f"look like {example}", text)
    return match["owner"], int(match["number"])
