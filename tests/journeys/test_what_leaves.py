"""Every message of the reference scenario, as it left."""

import pytest

from tests.journeys.leaving import broken_promises, thread_faults
from tests.journeys.stage import Look

pytestmark = pytest.mark.connected


def test_each_message_says_only_what_is_so(played: Look) -> None:
    """No page answers links of a sample, and nobody erases by a clock."""
    messages = played.caught()

    assert messages
    assert broken_promises(messages) == []


def test_each_answer_keeps_the_subject_of_its_thread(played: Look) -> None:
    """Whoever looks at one conversation sees all of it."""
    messages = played.caught()

    assert any(b"\r\nReferences: " in message.content for message in messages)
    assert thread_faults(messages) == []
