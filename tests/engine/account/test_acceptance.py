"""The examples that accept what was asked for, where no other test has their very numbers."""

from collections import Counter
from datetime import date, timedelta

import pytest

from engine import events as e
from engine import requests as r
from engine.account.content import days_named
from engine.account.next_point import default_next_point
from engine.decision import Refused
from engine.refusals import RefusalCode
from engine.values import Channel
from sequences.french import day_word
from tests.engine.account.story import DGS, DSI, HEAD, MONDAY, Story, at, library_sequence
from tests.engine.account.test_standstill import run_on

VOTE_ON = date(2027, 3, 25)


@pytest.mark.capability("C04.1")
def test_the_first_contact_is_with_the_service_that_lives_the_problem() -> None:
    """A DGS who hears of it first sends one back to the service, a week later."""
    story = Story().enrolled(HEAD, DGS, DSI)

    contacts = [touch for touch in story.state.touches.values() if touch.is_contact]
    first = min(contacts, key=lambda touch: touch.slot.due_at)

    assert (first.person, first.step) == (HEAD, "1.3")


@pytest.mark.capability("C04.3")
def test_three_people_of_one_account_are_contacted_on_three_days() -> None:
    """Two calls into one town hall on one morning are talked about at its coffee machine."""
    story = Story().enrolled(HEAD, DGS, DSI)

    people: dict[date, set[str]] = {}
    for touch in story.state.touches.values():
        if touch.is_contact:
            people.setdefault(touch.slot.on, set()).add(touch.person)

    assert {len(named) for named in people.values()} == {1}
    assert {person for named in people.values() for person in named} == {HEAD, DGS, DSI}


@pytest.mark.capability("C12.1", "C12.6")
def test_two_weeks_are_four_calls_and_four_mails_on_their_days() -> None:
    """The sequence as it is sold: phone first, then content, the last touch on the 22nd."""
    story = Story(library_sequence("saas-b2b-deux-semaines"), zone="").enrolled("decideur")

    touches = sorted(story.state.touches.values(), key=lambda touch: touch.slot.due_at)
    planned = [(touch.channel.value, (touch.slot.on - MONDAY).days) for touch in touches]

    assert planned == [
        ("call", 0),
        ("email", 0),
        ("email", 2),
        ("call", 4),
        ("email", 7),
        ("call", 9),
        ("call", 11),
        ("email", 11),
    ]
    assert touches[-1].slot.on == date(2027, 1, 22)


@pytest.mark.capability("C12.3")
def test_a_callback_replaces_the_call_and_adds_none() -> None:
    """Whoever asked to be called at 14:30 is called then, once."""
    story = Story().enrolled(HEAD).run_until(at("2027-01-21", 10))
    count = len(story.state.touches)
    callback_at = at("2027-01-22", 14, 30)

    story.close("standard", callback_at=callback_at)

    call = story.state.touches[story.touch("1.4")]
    assert (call.slot.due_at, len(story.state.touches)) == (callback_at, count)


@pytest.mark.capability("C12.8")
def test_a_message_names_the_day_on_which_the_call_comes() -> None:
    """Ascension moved the call: a mail that says « jeudi » promises a closed office."""
    story = Story(zone="A")
    story.now = at("2027-04-26", 8)
    story.enrolled(HEAD, start_on=date(2027, 4, 26))
    mail, call = story.touch("1.3"), story.state.touches[story.touch("1.4")]

    days = days_named(story.state, story.state.enrolments[1], mail)

    assert call.slot.on == date(2027, 5, 10)
    assert day_word(days["jour_prochain_appel"], date(2027, 5, 4)) == "lundi 10 mai"


@pytest.mark.capability("C14.3")
def test_silence_rests_for_three_months() -> None:
    """The same people are not taken through another sequence the week after."""
    story = Story().enrolled(HEAD)
    run_on(story, wakes_first=False, until_at=at("2027-04-01"))
    (rest,) = story.of(e.CoolDownStarted)

    outcome = story.ask(story.enrol(HEAD, start_on=date(2027, 4, 5)))

    assert rest.until == date(2027, 5, 9)  # its last message left on 9 February
    assert isinstance(outcome, Refused)
    assert outcome.code is RefusalCode.COOL_DOWN


@pytest.mark.capability("C14.4")
@pytest.mark.parametrize("asked_on", ["2027-05-06", "2027-05-07"])
def test_ascension_and_its_bridge_lead_to_monday(asked_on: str) -> None:
    """C14.4: nobody is there on the holiday, nor on the Friday after it."""
    start_on = date.fromisoformat(asked_on) - timedelta(days=8)
    story = Story(zone="A")
    story.now = at(start_on, 8)

    story.enrolled(HEAD, start_on=start_on)

    assert story.state.touches[story.touch("1.3")].slot.on == date(2027, 5, 10)


@pytest.mark.capability("C15.1", "C16.3")
@pytest.mark.parametrize(
    ("zone", "vote_on", "point_on"),
    [
        ("A", None, "2027-04-29"),
        ("B", None, "2027-05-03"),
        ("C", None, "2027-04-29"),
        ("A", VOTE_ON, "2027-04-09"),
        ("B", VOTE_ON, "2027-04-09"),
        ("C", VOTE_ON, "2027-04-19"),
    ],
)
def test_after_the_vote_is_ten_working_days_out_of_the_holidays(
    zone: str, vote_on: date | None, point_on: str
) -> None:
    """« Après le vote du budget », said on 10 February, has a date."""
    story = Story(zone=zone).enrolled(HEAD)
    story.now = at("2027-02-10")
    if vote_on is not None:
        story.ask(r.RecordVote(vote_on=vote_on))

    point = default_next_point(story.state, story.published, 1, story.now)

    assert point is not None
    assert point.on == date.fromisoformat(point_on)


@pytest.mark.capability("C15.6")
@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_after_summer_is_a_tuesday_of_september(zone: str) -> None:
    """« Après l'été »: five working days after the return, when letters are read again."""
    story = Story(library_sequence("nurturing-collectivite-12m"), zone=zone)

    story.enrolled("interlocuteur")

    assert story.planned()["3.6", "interlocuteur"] == date(2027, 9, 14)


@pytest.mark.capability("C14.2")
def test_no_more_than_four_calls_in_thirty_days_whatever_is_added() -> None:
    """Not too much: the fifth call waits until the first is old enough."""
    story = Story().enrolled(HEAD, start_on=MONDAY)
    for day in ("2027-01-20", "2027-01-22", "2027-01-25", "2027-01-27"):
        story.ask(
            r.AddTouch(
                enrolment=1,
                person=HEAD,
                channel=Channel.CALL,
                on=date.fromisoformat(day),
                reason="mandat",
            )
        )

    run_on(story, wakes_first=False, until_at=at("2027-02-28"))

    opened = [event for event in story.of(e.TaskOpened) if event.kind == "call"]
    days = sorted(event.due_on for event in opened)
    for first in days:
        window = [day for day in days if first <= day < first + timedelta(days=30)]
        assert len(window) <= 4, Counter(days)
