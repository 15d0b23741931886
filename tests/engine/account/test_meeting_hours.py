"""An instant at which nobody meets is asked back; who means it says so."""

import pytest

from engine import events as e
from engine import requests as r
from engine.refusals import RefusalCode
from tests.engine.account.story import ASSESSED, HEAD, Story, at, code_of

MISTYPED = {
    "window.weekend": at("2027-01-31", 3),  # a Sunday, at three in the morning
    "window.hours": at("2027-01-29", 3),
    "window.holiday": at("2027-03-29", 10),  # Easter Monday
}


def called() -> Story:
    """Return a story in which the first call is open."""
    return Story().enrolled(HEAD).run_until(at("2027-01-21", 10))


@pytest.mark.parametrize("rule", MISTYPED)
def test_a_mistyped_instant_is_asked_back(rule: str) -> None:
    """It was taken, and somebody waited at a closed door."""
    story, meeting_at = called(), MISTYPED[rule]

    reported = story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=meeting_at))
    closed = story.close("joint_interesse", meeting_at=meeting_at, **ASSESSED)

    assert code_of(reported) is code_of(closed) is RefusalCode.UNUSUAL_HOUR
    assert story.of(e.MeetingAgreed) == []


@pytest.mark.parametrize("rule", MISTYPED)
def test_one_that_is_meant_is_taken(rule: str) -> None:
    """A market on a Sunday is a fine place to meet a mayor."""
    story = called()
    request = r.RecordMeeting(
        enrolment=1, person=HEAD, meeting_at=MISTYPED[rule], is_hour_meant=True
    )

    story.ask(request)

    assert [event.meeting_at for event in story.of(e.MeetingAgreed)] == [MISTYPED[rule]]


def test_an_evening_is_an_hour_to_meet() -> None:
    """Elected ones have time when their work is over."""
    story = called()

    story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-01-29", 19, 30)))

    assert len(story.of(e.MeetingAgreed)) == 1
