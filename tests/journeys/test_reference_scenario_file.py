"""The reference scenario's file: its cast and its endings add up."""

from collections import Counter
from datetime import date, timedelta

import msgspec
from ruamel.yaml import YAML

from engine.ruleset import Ruleset
from infra.sample.accounts import load_accounts
from infra.sample.people import load_people
from tests.journeys.scenario import HEAD, SCENARIO, CallAnswer, Ending, MailKind, load_scenario
from tools.make_ruleset import RULESET
from tools.make_scenario import scenario_text

ACCOUNTS = load_scenario()
REAL = {account.key: account for account in load_accounts()}
UNREACHED = {"absent", "repondeur", "standard"}
LAST_CONTACT_ON = date(2027, 3, 5)  # no zone, no absence takes a step beyond


def test_the_cast_is_that_of_the_sample() -> None:
    """Scenario and play run on the same people."""
    people = load_people()
    seats = Counter((person.account_key, person.role) for person in people)

    assert seats == Counter((each.account_key, role) for each in ACCOUNTS for role in each.roles)
    assert len(ACCOUNTS) == 80
    assert len(people) == 190


def test_endings_add_up() -> None:
    """9 interviews, 22 later, 6 replies, 43 silent: 80 next points."""
    assert Counter(each.ending for each in ACCOUNTS) == {
        Ending.INTERVIEW: 9,
        Ending.LATER: 22,
        Ending.REPLY: 6,
        Ending.SILENT: 43,
    }
    assert {each.ending for each in ACCOUNTS if each.milestone is None} == {Ending.SILENT}
    assert sum(each.milestone is not None for each in ACCOUNTS) == 37


def test_interviews_are_agreed_at_call_two_and_seven_are_hot() -> None:
    """They lie between 28 January and 2 February, no two at the same time."""
    interviews = [each.interview for each in ACCOUNTS if each.interview]

    assert len({each.at_local for each in interviews}) == 9
    assert {each.at_local.date() for each in interviews} == {
        date(2027, 1, 28),
        date(2027, 1, 29),
        date(2027, 2, 1),
        date(2027, 2, 2),
    }
    assert sum(each.is_hot for each in interviews) == 7
    for each in ACCOUNTS:
        accepts = each.calls.get("1.6", ())[-1:] == (CallAnswer(outcome="joint_interesse"),)
        assert accepts == (each.ending is Ending.INTERVIEW)
        assert accepts == (each.interview is not None)


def test_every_finance_head_sits_where_there_is_an_interview() -> None:
    """1.11 is written to them after an interview only."""
    assert {each.ending for each in ACCOUNTS if "daf" in each.roles} == {Ending.INTERVIEW}
    assert sum("daf" in each.roles for each in ACCOUNTS) == 9


def test_service_heads_answer_once_and_by_nothing_that_loses_the_role() -> None:
    """The loss of a required role has tests of its own."""
    for each in ACCOUNTS:
        calls = [call.outcome for attempts in each.calls.values() for call in attempts]
        reached = [outcome for outcome in calls if outcome not in UNREACHED]
        written = [answer.kind for (_, role), answer in each.mails.items() if role == HEAD]
        expected = {
            Ending.INTERVIEW: (["joint_interesse"], []),
            Ending.LATER: (["joint_plus_tard"], []),
            Ending.REPLY: ([], [MailKind.REPLY]),
            Ending.SILENT: ([], []),
        }
        assert (reached, written) == expected[each.ending]


def test_silent_accounts_are_called_three_times() -> None:
    """1.14 wants at least one attempt, and the row must say how each call ends."""
    for each in ACCOUNTS:
        if each.ending is Ending.SILENT:
            assert sum(map(len, each.calls.values())) == 3


def test_nobody_is_called_more_than_three_times_or_left_two_messages() -> None:
    """Each try counts, a switchboard's too: after the third there is no call to answer."""
    for each in ACCOUNTS:
        calls = [call for attempts in each.calls.values() for call in attempts]
        assert len(calls) <= 3
        assert sum(call.outcome == "repondeur" for call in calls) <= 1
        assert all((call.outcome == "standard") == bool(call.callback_at) for call in calls)


def test_refusals_objections_bounces_and_absences_fall_on_dgs_and_dsi_only() -> None:
    """Each of the four occurs for both."""
    found = Counter(
        ("dsi" if role == "dsi" else "dgs", answer.kind)
        for each in ACCOUNTS
        for (_, role), answer in each.mails.items()
        if role != HEAD
    )

    assert {role for each in ACCOUNTS for _, role in each.mails} <= {HEAD, "dgs", "dga", "dsi"}
    assert found.keys() == {
        (role, kind) for role in ("dgs", "dsi") for kind in MailKind if kind is not MailKind.REPLY
    }


def test_absences_say_when_they_end() -> None:
    """A return in the scenario's span moves a step, one before it moves nothing."""
    for each in ACCOUNTS:
        for answer in each.mails.values():
            assert (answer.kind is MailKind.ABSENCE) == (answer.return_on is not None)
            assert answer.after > timedelta(0)


def test_two_elus_are_asked_for_too_early_and_one_after_an_exchange() -> None:
    """The hierarchy rule: no élu before the service head."""
    requests = [(each, each.elected) for each in ACCOUNTS if each.elected]

    assert sorted(request.is_accepted for _, request in requests) == [False, False, True]
    for each, request in requests:
        assert "elu" in each.roles
        assert request.asked_on < request.touch_on
        if request.is_accepted:
            assert each.interview is not None
            assert each.interview.at_local.date() < request.asked_on
        else:
            assert each.ending is Ending.SILENT


def test_next_points_lie_after_the_last_contact_on_working_days() -> None:
    """A milestone in the past is refused; one on a holiday would be kept by nobody."""
    ruleset = msgspec.convert(YAML(typ="safe", pure=True).load(RULESET), Ruleset)
    holidays = {
        each.on
        for days in (
            ruleset.public_holidays.national,
            *ruleset.public_holidays.subdivisions.values(),
        )
        for each in days
    }

    for each in ACCOUNTS:
        if each.milestone:
            assert each.milestone.on > LAST_CONTACT_ON
            assert each.milestone.on.isoweekday() <= 5
            assert each.milestone.on not in holidays
            assert each.milestone.object
            assert each.milestone.deliverable


def test_interviews_are_held_in_office_hours_of_mainland_france() -> None:
    """The team and the accounts share a clock on these days."""
    for each in ACCOUNTS:
        if each.interview:
            assert REAL[each.account_key].time_zone == "Europe/Paris"
            assert 9 <= each.interview.at_local.hour < 17


def test_the_file_is_what_its_script_writes() -> None:
    """A hand-made change would be lost at the next run."""
    assert SCENARIO.read_text("utf-8") == scenario_text()
