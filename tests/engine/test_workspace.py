"""Publications: one order, one number each, the same rules in every partition."""

from datetime import timedelta

import pytest
from msgspec import Raw
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine import rules
from engine.decision import Events, Nothing
from engine.errors import StreamDamageError
from engine.ids import WORKSPACE, InputId, StreamId
from engine.inputs import Input
from engine.plan import Sequence
from engine.refusals import RefusalCode
from engine.requests import Mailbox, Request
from engine.ruleset import Absences
from engine.wire import encode_input
from engine.workspace import MailboxHold, SendingHold, Workspace, fold
from sequences.hashing import sequence_hash
from tests.engine.account.story import MONDAY, at, code_of, french_rules, sealed, thirty_days
from tests.engine.streams import Told

BOX = Mailbox(name="ana", domain="relance.example")


def publishing(plan: Sequence | None = None) -> r.PublishSequence:
    """Return the request that publishes a plan."""
    plan = plan or thirty_days()
    return r.PublishSequence(hash=sequence_hash(plan), sequence=plan)


PUBLICATIONS: list[Request] = [
    r.PublishRuleset(ruleset=french_rules()),
    publishing(),
    r.PublishMailbox(mailbox=BOX),
]


class TestPublish:
    def test_numbers_densely_from_one(self) -> None:
        """A gap would be a publication that some partition never heard of."""
        told = Told(WORKSPACE)

        for request in PUBLICATIONS:
            told.ask(request)

        assert told.stream.state == Workspace(
            w=3,
            ruleset=french_rules(),
            sequences={sequence_hash(thirty_days()): thirty_days()},
            mailboxes={"ana": BOX},
        )

    @pytest.mark.parametrize("request_", PUBLICATIONS)
    def test_again_is_nothing(self, request_: Request) -> None:
        """Starting the sample twice publishes once."""
        told = Told(WORKSPACE)
        told.ask(request_)

        assert told.ask(request_) == Nothing()

    def test_by_a_home_that_starts_changes_no_rules_in_force(self) -> None:
        """A month after another ruleset came into force, a restart put the old one back."""
        told = Told(WORKSPACE)
        newer = replace(french_rules(), version="fr-2027.01")
        told.ask(r.PublishRuleset(ruleset=newer))

        outcome = told.ask(r.PublishRuleset(ruleset=french_rules(), is_first=True))

        assert outcome == Nothing()

    def test_of_a_draft_is_refused(self) -> None:
        """Nothing is sent from a plan that nobody finished."""
        outcome = Told(WORKSPACE).ask(publishing(replace(thirty_days(), is_draft=True)))

        assert code_of(outcome) is RefusalCode.DRAFT

    def test_of_other_rules_under_the_same_version_is_refused(self) -> None:
        """Decisions name the version they were taken under: it must mean one thing."""
        told = Told(WORKSPACE)
        told.ask(PUBLICATIONS[0])
        other = replace(french_rules(), absences=Absences(assumed_days=3))

        outcome = told.ask(r.PublishRuleset(ruleset=other))

        assert code_of(outcome) is RefusalCode.ALREADY_EXISTS

    def test_of_another_version_replaces_the_rules(self) -> None:
        """The newest is in force."""
        told = Told(WORKSPACE)
        told.ask(PUBLICATIONS[0])

        told.ask(r.PublishRuleset(ruleset=replace(french_rules(), version="fr-2027.01")))

        assert told.stream.state.ruleset.version == "fr-2027.01"  # type: ignore[union-attr]  # a workspace with rules

    @pytest.mark.parametrize("request_", [r.Adopt(w=1), r.OpenCampaign()])
    def test_is_all_the_workspace_decides(self, request_: Request) -> None:
        """Adoption is written by owners, never asked for."""
        assert code_of(Told(WORKSPACE).ask(request_)) is RefusalCode.WRONG_STREAM

    def test_in_another_stream_is_refused(self) -> None:
        """A batch has no rules yet, and must not publish any."""
        outcome = Told(StreamId("batch:1")).ask(PUBLICATIONS[0])

        assert code_of(outcome) is RefusalCode.WRONG_STREAM


class TestHoldSending:
    def test_holds_all_until_it_is_lifted(self) -> None:
        """A person decides when a restored home may send; every partition hears of it."""
        told = Told(WORKSPACE)
        told.ask(r.HoldSending(is_restored=True))
        held = told.stream.state
        told.ask(r.LiftSending())

        assert isinstance(held, Workspace)
        assert held.sending_hold == SendingHold("sending.restored", told.stream.at)
        assert told.stream.state == Workspace(w=2)

    @pytest.mark.parametrize("request_", [r.HoldSending(), r.HoldSending(is_restored=True)])
    def test_again_is_nothing(self, request_: Request) -> None:
        """A restored start that was killed asks once more."""
        told = Told(WORKSPACE)
        told.ask(request_)

        assert told.ask(request_) == Nothing()

    def test_of_a_restored_home_outweighs_an_order(self) -> None:
        """What lifts it is more than a change of mind."""
        told = Told(WORKSPACE)
        told.ask(r.HoldSending())

        told.ask(r.HoldSending(is_restored=True))

        assert told.stream.state.sending_hold.rule == "sending.restored"  # type: ignore[union-attr]  # a workspace with a hold

    def test_lifted_without_one_is_nothing(self) -> None:
        """Asked twice, it goes on once."""
        assert Told(WORKSPACE).ask(r.LiftSending()) == Nothing()


HOLD = r.HoldMailbox(mailbox="ana", code="mailbox.refused:auth 535 5.7.8")
REASON = sealed("note:lift", "reason")
LIFT = r.LiftMailbox(mailbox="ana", reason=REASON)


def holding() -> Told:
    """Return a workspace whose mailbox is held."""
    told = Told(WORKSPACE)
    told.ask(PUBLICATIONS[2])
    told.ask(HOLD)
    return told


def hold_of(told: Told) -> MailboxHold | None:
    """Return what holds the mailbox."""
    assert isinstance(told.stream.state, Workspace)
    return told.stream.state.hold_of("ana")


class TestHoldMailbox:
    def test_is_a_publication_that_says_what_was_found(self) -> None:
        """Every partition hears of it the way it hears of rules."""
        told = holding()

        hold = hold_of(told)

        assert hold is not None
        assert (hold.rule, hold.code) == ("mailbox.refused", "auth 535 5.7.8")
        assert told.stream.state.w == 2  # type: ignore[union-attr]  # a workspace

    def test_again_is_nothing(self) -> None:
        """Every message that was under way found the same."""
        assert holding().ask(HOLD) == Nothing()

    def test_of_an_unknown_mailbox_is_refused(self) -> None:
        """A name that nobody published holds nothing."""
        assert code_of(Told(WORKSPACE).ask(HOLD)) is RefusalCode.UNKNOWN_MAILBOX

    def test_by_a_fault_seen_before_the_lift_is_nothing(self) -> None:
        """A report that comes late must not undo what a person did about it."""
        told = holding()
        told.ask(LIFT)

        assert told.ask(HOLD) == Nothing()

    def test_by_a_fault_seen_after_the_lift_holds_again(self) -> None:
        """The password is still wrong."""
        told = holding()
        told.ask(LIFT)

        told.ask(HOLD, when=told.now + timedelta(minutes=1))

        assert hold_of(told) is not None


class TestLiftMailbox:
    def test_lets_messages_go_again(self) -> None:
        """A person has mended the set-up, and says how."""
        told = holding()

        told.ask(LIFT)

        assert hold_of(told) is None

    def test_of_a_mailbox_that_is_not_held_is_nothing(self) -> None:
        """Asked twice it changes nothing."""
        told = holding()
        told.ask(LIFT)

        assert told.ask(LIFT) == Nothing()

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (r.LiftMailbox(mailbox="ana"), RefusalCode.REASON_REQUIRED),
            (r.LiftMailbox(mailbox="bob", reason=REASON), RefusalCode.UNKNOWN_MAILBOX),
        ],
    )
    def test_without_a_reason_or_a_mailbox_is_refused(
        self, request_: Request, code: RefusalCode
    ) -> None:
        """Who reads the log later asks why."""
        assert code_of(holding().ask(request_)) is code

    def test_follows_a_mailbox_published_anew(self) -> None:
        """Whoever changed what was wrong need not say it twice."""
        told = holding()

        told.ask(r.PublishMailbox(mailbox=replace(BOX, domain="other.example")))

        assert hold_of(told) is None

    def test_is_no_matter_of_a_mailbox_published_as_it_was(self) -> None:
        """Each start of a home publishes the same again."""
        told = holding()

        told.ask(PUBLICATIONS[2])

        assert hold_of(told) is not None


class TestAdopt:
    def adopting(self, *numbers: int) -> rules.Stream:
        """Return a partition's workspace stream after it took these publications."""
        stream = rules.new(WORKSPACE)
        for seq, w in enumerate(numbers, start=1):
            item = Input(
                id=InputId(f"adopt:{w}"),
                stream=WORKSPACE,
                at=at(MONDAY),
                actor="engine",
                source="owner",
                request=r.Adopt(w=w),
            )
            published = e.MailboxPublished(rule="publication", w=w, mailbox=BOX)
            body = rules.adopt(stream, published, item, Raw(encode_input(item)))
            stream = rules.evolve(stream, body, item.id, seq)
        return stream

    def test_takes_the_same_rules(self) -> None:
        """Each partition's history is complete by itself."""
        assert self.adopting(1, 2).state == Workspace(w=2, mailboxes={"ana": BOX})

    @pytest.mark.parametrize("numbers", [(2,), (1, 1), (1, 3)])
    def test_out_of_order_is_damage(self, numbers: tuple[int, ...]) -> None:
        """A publication skipped is a rule that is never applied."""
        with pytest.raises(StreamDamageError):
            self.adopting(*numbers)

    def test_again_is_folded_once(self) -> None:
        """A state loaded from a row has seen the decisions up to its number."""
        stream = self.adopting(1)
        item = Input(
            id=InputId("adopt:1"),
            stream=WORKSPACE,
            at=at(MONDAY),
            actor="engine",
            source="owner",
            request=r.Adopt(w=1),
        )
        published = e.MailboxPublished(rule="publication", w=1, mailbox=BOX)
        body = rules.adopt(rules.new(WORKSPACE), published, item, Raw(encode_input(item)))

        assert isinstance(body.outcome, Events)
        assert rules.evolve(stream, body, item.id, 1) is stream


def test_an_event_of_another_stream_is_damage() -> None:
    """No decision could have written it."""
    with pytest.raises(StreamDamageError):
        fold(Workspace(), (e.PersonDeparted(rule="x", person="p"),), WORKSPACE)
