"""Read which partition of which topic a person means."""

from console.desk.errors import UsageError
from infra.log.port import Place, Topic

WORKSPACE_WORDS = ("workspace", "-1")


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
