"""What is published and in force, and what it replaced."""

from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from engine import events as e
from engine.decision import WORKSPACE_PARTITION, PlacedDecision
from engine.ids import WORKSPACE
from engine.plan import Gap, GapScope, Sequence, Unit
from engine.requests import Mailbox
from engine.ruleset import Ruleset
from projections.facts import fact_of
from projections.parts import Sheet, episodes_of
from projections.published import (
    FOUNDINGS,
    KINDS,
    PARTS,
    PUBLICATIONS,
    FoundingRow,
    PublicationRow,
)
from tests.engine.cadence.examples import RULESET
from tests.projections.examples import AUTUMN, CAMPAIGN, START_AT, decision, history
from tests.projections.test_batches import Cuts, batches, read_again

PLAN = Sequence(
    name="visite",
    title="Une visite",
    sequence_class="prospecting",
    gap=Gap(2, Unit.BUSINESS_DAY, GapScope.PERSON),
    steps=(),
)
PUBLISHED: tuple[e.Event, ...] = (
    e.SequencePublished(rule="publication", w=1, hash="hash-1", sequence=PLAN),
    e.RulesetPublished(rule="publication", w=2, ruleset=RULESET),
    e.MailboxPublished(rule="publication", w=3, mailbox=Mailbox(name="ana", domain="a.example")),
    e.SequencePublished(rule="publication", w=4, hash="hash-2", sequence=PLAN),
    e.MailboxPublished(rule="publication", w=5, mailbox=Mailbox(name="ana", domain="b.example")),
)


def publishing(*events: e.Event) -> list[PlacedDecision]:
    """Return the decisions of a workspace."""
    return history(*events, stream=WORKSPACE, partition=WORKSPACE_PARTITION)


def folded(*decided: PlacedDecision, cuts: Cuts = ()) -> Sheet:
    """Return the rows after decisions, read again at each cut."""
    sheet = Sheet()
    for batch in batches(list(decided), cuts):
        sheet = read_again(sheet)
        PARTS.fold(sheet, episodes_of(batch, *KINDS))
    return sheet


def test_a_newer_publication_replaces_that_of_its_name() -> None:
    """Who enrols takes the one in force; who audits finds the former one."""
    rows = folded(*publishing(*PUBLISHED)).of(PUBLICATIONS).all()

    assert [(row.w, row.kind, row.name, row.version, row.replaced_by) for row in rows] == [
        (1, "sequence", "visite", "hash-1", 4),
        (2, "ruleset", "", "test", 0),
        (3, "mailbox", "ana", "", 5),
        (4, "sequence", "visite", "hash-2", 0),
        (5, "mailbox", "ana", "", 0),
    ]


def test_a_lifted_hold_replaces_the_hold_of_its_mailbox() -> None:
    """`relance status` shows the mailboxes from which nothing goes out now."""
    held = e.MailboxHeld(rule="mailbox.refused", w=6, mailbox="ana", code="x", since_at=START_AT)
    lifted = e.MailboxLifted(rule="mailbox.lifted", w=7, mailbox="ana", lifted_at=START_AT)

    rows = folded(*publishing(*PUBLISHED, held, lifted)).of(PUBLICATIONS).all()

    assert [(row.w, row.kind, row.version, row.replaced_by) for row in rows[5:]] == [
        (6, "mailbox_hold", "held", 7),
        (7, "mailbox_hold", "lifted", 0),
    ]


def test_a_publication_says_when_and_by_whom_and_is_kept_whole() -> None:
    """A plan is read from the view, never from the log again."""
    row = folded(*publishing(*PUBLISHED[:1])).of(PUBLICATIONS).get(1)

    assert row == PublicationRow(
        w=1,
        kind="sequence",
        name="visite",
        version="hash-1",
        published_at=START_AT + timedelta(hours=1),
        published_by="ines",
        event=row.event,
    )
    assert msgspec.json.decode(row.event, type=e.SequencePublished) == PUBLISHED[0]


def test_a_ruleset_comes_back_as_it_was_published() -> None:
    """Calendars are long: a column must not lose a day of them."""
    row = folded(*publishing(*PUBLISHED)).of(PUBLICATIONS).get(2)

    found: Ruleset = msgspec.json.decode(row.event, type=e.RulesetPublished).ruleset
    assert found == RULESET


def test_what_a_partition_adopted_is_no_publication() -> None:
    """Each partition's log repeats what the workspace published."""
    published = PUBLISHED[0]
    assert isinstance(published, e.Publication)
    adopted = e.Adopted(rule="publication.adopted", w=1, publication=published)

    sheet = folded(*history(adopted, stream=WORKSPACE, partition=3))

    assert sheet.of(PUBLICATIONS).all() == ()


def test_a_campaign_is_kept_as_it_was_founded() -> None:
    """Its enrolments take sequence, offer, start and values from there."""
    (row,) = folded(*history(*CAMPAIGN, stream=AUTUMN, partition=4)).of(FOUNDINGS).all()

    assert row == FoundingRow(campaign="ecoles", event=row.event)
    assert msgspec.json.decode(row.event, type=e.CampaignCreated) == CAMPAIGN[0]


def test_other_events_change_nothing() -> None:
    """A campaign's work is told by another view."""
    sheet = Sheet()

    for part in PARTS.parts:
        for event in (*PUBLISHED, *CAMPAIGN):
            if type(event) not in part.events:
                part.fold(sheet, fact_of(decision(event)), event)

    assert (sheet.of(PUBLICATIONS).all(), sheet.of(FOUNDINGS).all()) == ((), ())


@given(cuts=st.lists(st.integers(1, 5), max_size=4))
def test_many_batches_equal_one(cuts: list[int]) -> None:
    """Where a batch ends must not decide what is in force."""
    decided = publishing(*PUBLISHED)

    cut = folded(*decided, cuts=cuts).of(PUBLICATIONS).all()

    assert set(cut) == set(folded(*decided).of(PUBLICATIONS).all())
