"""The reference scenario, played through the real engine, log, mail and views."""

from collections import Counter
from datetime import date

import pytest

from engine.decision import Refused
from infra.sample.filling import ELECTED
from tests.journeys.measures import measures
from tests.journeys.scenario import load_scenario
from tests.journeys.scripted import elected_input
from tests.journeys.stage import Look

pytestmark = pytest.mark.connected

ROWS = load_scenario()


async def test_the_sample_is_whole(played: Look) -> None:
    """Everything below counts parts of this."""
    counts = await played.rows(
        "select (select count(*) from account), (select count(*) from person),"
        " (select count(*) from enrolment)"
    )

    assert counts == [(401, 190, 80)]


async def test_preparation_is_done_once_for_all_accounts(played: Look) -> None:
    """Eighty accounts must not mean eighty copies of a preparation task."""
    tasks = await played.rows(
        "select step, status, count(*) from task where kind = 'preparation'"
        " group by 1, 2 order by 1"
    )

    assert tasks == [("1.1", "done", 1), ("1.2", "done", 1)]


@pytest.mark.capability("C13.4", "C16.2")
async def test_nine_interviews_bring_seven_notes_and_eighty_next_points(played: Look) -> None:
    """The aim of the sequence: a dated next point with every account."""
    async with played.page() as connection:
        found = await measures(connection)

    assert found.interviews_held == 9
    assert found.hot_accounts == 7
    assert found.notes_delivered == 7
    assert found.current_milestones == 80
    assert found.elected_touched_early == 0


async def test_interviews_are_held_from_28_january_to_2_february(played: Look) -> None:
    """An agreed date never moves."""
    days = await played.rows(
        "select distinct (t.due_at at time zone a.time_zone)::date from touch t"
        " join account a using (account) where t.channel = 'meeting' and t.outcome = 'held'"
        " order by 1"
    )

    assert [day for (day,) in days] == [
        date(2027, 1, 28),
        date(2027, 1, 29),
        date(2027, 2, 1),
        date(2027, 2, 2),
    ]


async def test_every_enrolment_ends_as_its_account_answers(played: Look) -> None:
    """Forty-three silent ones, twenty-two later, six replies, nine interviews."""
    endings = await played.rows(
        "select status, reason, count(*) from enrolment group by 1, 2 order by 3 desc"
    )

    assert endings == [
        ("finished", "exhausted", 43),
        ("finished", "later", 22),
        ("finished", "engaged", 9),
        ("finished", "reply", 6),
    ]


async def test_each_silent_account_is_closed_by_the_last_message(played: Look) -> None:
    """Its next point is the campaign's own, fixed by the sending of 1.14."""
    points = await played.rows(
        "select count(*), count(distinct t.account) from touch t join account a using (account)"
        " where t.step = '1.14' and t.status = 'sent'"
        " and a.milestone_rule = 'milestone.default'"
    )

    assert points == [(43, 43)]


async def test_an_elected_official_is_asked_for_too_early_twice(played: Look) -> None:
    """The service head comes first; after an exchange the same request is taken."""
    expected = {
        elected_input(row.account_key): row.elected.is_accepted for row in ROWS if row.elected
    }
    answers = {
        placed.input.id: placed.body.outcome
        for placed in await played.decisions()
        if placed.input is not None and placed.input.id in expected
    }

    assert {name: not isinstance(found, Refused) for name, found in answers.items()} == expected
    codes = [found.code for found in answers.values() if isinstance(found, Refused)]
    assert [code.value for code in codes] == ["hierarchy", "hierarchy"]


async def test_an_elected_official_is_called_after_the_exchange(played: Look) -> None:
    """The accepted request leads to one call, on its day."""
    calls = await played.rows(
        f"select planned_on, status from touch where role = '{ELECTED}'"  # noqa: S608 our own word
    )

    assert calls == [(date(2027, 2, 5), "done")]


async def test_first_contacts_are_with_service_heads_only(played: Look) -> None:
    """A colleague or a superior hears of us after the person whose work it is."""
    roles = await played.rows(
        "select distinct role from (select distinct on (account) role from touch"
        " where is_contact and acted_at is not null order by account, acted_at) first"
    )

    assert roles == [("responsable_service",)]


async def test_refusals_objections_bounces_and_absences_are_counted(played: Look) -> None:
    """They fall on directors as the file says, and on nobody else."""
    kinds = Counter(answer.kind.value for row in ROWS for answer in row.mails.values())
    stopped = await played.rows(
        "select stopped_by, role, count(*) from person where stopped_by <> '' group by 1, 2"
    )
    bounced = await played.rows("select count(*) from person where failed_tags <> ''")

    assert sum(int(str(count)) for _, _, count in stopped) == kinds["objection"]
    assert {role for _, role, _ in stopped} <= {"dgs", "dga", "dsi"}
    assert bounced == [(kinds["bounce"],)]


async def test_each_message_reached_the_catcher_once(played: Look) -> None:
    """What the views call sent, the other side has, under the same name."""
    sent = await played.rows("select message_id from touch where reach = 'sent'")
    caught = [message.message_id for message in played.caught()]

    assert played.caught_twice() == []
    assert sorted(caught) == sorted(str(name) for (name,) in sent)


async def test_views_equal_their_fold_from_zero(played: Look) -> None:
    """Nothing was written to a view that the log does not say."""
    assert await played.differences() == ()


async def test_nothing_is_left_open(played: Look) -> None:
    """A team that closes its tasks the same day has none at the end."""
    left = await played.rows(
        "select (select count(*) from task where status = 'open'),"
        " (select count(*) from touch where status in ('planned', 'open', 'attempting',"
        " 'unknown', 'blocked', 'waiting'))"
    )

    assert left == [(0, 0)]
