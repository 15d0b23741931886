"""What a contact claims beyond its account, and what another account's claim does to it."""

from datetime import date

from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.pressure import claim_of, names_of, unasked_contacts
from engine.account.state import Position
from engine.plan import SequenceClass
from engine.rule_ids import RuleId
from engine.values import Channel, ContactPoint, KeptContact
from tests.engine.account.story import DGS, HEAD, Story, at, points, sealed, thirty_days

OTHER = "agglo"
CALL_AT = at("2027-01-21", 9, 30)


def calling() -> Story:
    """Return an account whose first call is due."""
    story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-20"))
    story.now = CALL_AT
    return story


def wake(story: Story, *kept: KeptContact, claimed: tuple[int, ...] | None = None) -> None:
    """Let what is due open, after the table of claims was asked."""
    asked = unasked_contacts(story.state, CALL_AT) if claimed is None else claimed
    request = r.Wake(due_at=CALL_AT, fired_at=CALL_AT, claimed=asked, kept=kept)
    story.ask(request, when=CALL_AT)


class TestNames:
    def test_are_the_id_and_own_points(self) -> None:
        """A switchboard is many people's: it says nothing of one human."""
        mail, call = points("p")
        switchboard = replace(call, tag="switchboard", is_shared=True)
        old = replace(call, former=("call-old",), behind="switchboard")

        found = names_of("p", Position(role=DGS, points=(mail, switchboard, old)))

        assert found == ("call-old", "call-p", "mail-p", "person:p")


class TestClaim:
    def test_of_prospecting_lasts_to_its_last_day(self) -> None:
        """Between two contacts of a plan nobody else begins."""
        story = calling()

        claim = claim_of(story.state, story.touch("1.4"), story.now)

        assert claim is not None
        assert (claim.on, claim.enrolment) == (date(2027, 1, 21), 1)
        assert claim.exclusive_until_on == date(2027, 2, 9)

    def test_of_another_class_is_for_the_day(self) -> None:
        """A renewal and a nurturing may both go on; nobody hears from both on one day."""
        story = Story(replace(thirty_days(), sequence_class=SequenceClass.RENEWAL)).enrolled(HEAD)

        claim = claim_of(story.state, story.touch("1.3"), story.now)

        assert claim is not None
        assert claim.exclusive_until_on is None

    def test_of_an_agreed_hour_is_none(self) -> None:
        """Whoever was promised a call gets it."""
        story = calling()
        wake(story)
        story.close("standard", callback_at=at("2027-01-22", 15))

        assert claim_of(story.state, story.touch("1.4"), story.now) is None


class TestKeptContact:
    def test_of_who_objected_is_left_out(self) -> None:
        """The table of stops knew before the account: no task shows a number."""
        story = calling()

        wake(story, KeptContact(story.touch("1.4"), RuleId.SUPPRESSED, ""))

        assert story.rules_of(e.TouchSkipped) == ["suppressed"]
        assert "call" not in story.kinds()

    def test_of_the_day_waits_for_the_next(self) -> None:
        """One contact a day with one human, over all accounts."""
        story = calling()

        wake(story, KeptContact(story.touch("1.4"), "cap.one_contact_a_day", OTHER))

        (kept,) = story.of(e.TouchKeptBack)
        assert (kept.rule, kept.slot.on) == ("cap.one_contact_a_day", date(2027, 1, 22))
        assert not story.state.tasks

    def test_of_prospecting_asks_somebody_to_choose(self) -> None:
        """DESIGN 3: the first has the address; the second waits for a person."""
        story = calling()

        wake(story, KeptContact(story.touch("1.4"), "exclusive.contact_point", OTHER))

        (task,) = story.state.tasks.values()
        assert (task.kind, task.missing) == ("choose_account", (OTHER,))
        assert story.state.touches[story.touch("1.4")].status == "blocked"

    def test_that_was_chosen_lands_again(self) -> None:
        """The other enrolment was withdrawn: closed as done, the call is made."""
        story = calling()
        wake(story, KeptContact(story.touch("1.4"), "exclusive.contact_point", OTHER))

        story.close("done", kind="choose_account")
        story.run_until(at("2027-01-22"))

        assert "call" in story.kinds()

    def test_that_was_given_up_is_left_out(self) -> None:
        """The other account goes on with this human."""
        story = calling()
        number = story.touch("1.4")
        wake(story, KeptContact(number, "exclusive.contact_point", OTHER))

        story.close("skipped", kind="choose_account")

        assert number in {event.touch for event in story.of(e.TouchSkipped)}

    def test_by_mail_is_the_same(self) -> None:
        """The gate asks for e-mails, and says for whom it keeps them back."""
        story = Story().enrolled(HEAD)
        due_at = at("2027-01-19", 8, 30)
        request = r.AttemptTouch(
            touch=story.touch("1.3"),
            attempt=1,
            due_at=due_at,
            fired_at=due_at,
            kept_back_by="exclusive.contact_point",
            kept_back_for=OTHER,
        )

        story.ask(request, when=due_at)

        (task,) = story.state.tasks.values()
        assert (task.kind, task.missing) == ("choose_account", (OTHER,))


class TestWake:
    def test_opens_nothing_that_was_not_asked_for(self) -> None:
        """A hold that ends with the wake lets calls become due: they are asked for next."""
        story = calling()

        wake(story, claimed=())

        assert not story.of(e.TaskOpened)
        assert story.rules_of(e.TouchKeptBack) == ["attempt.too_early"]
        assert unasked_contacts(story.state, CALL_AT) == (story.touch("1.4"),)

    def test_of_an_older_log_opens_all(self) -> None:
        """Older inputs say nothing of claims."""
        story = calling()

        story.ask(r.Wake(due_at=CALL_AT, fired_at=CALL_AT), when=CALL_AT)

        assert story.kinds() == ["call"]


def test_a_shared_address_is_no_claim_by_mail() -> None:
    """A town's mairie@ is written to for two people of its own, on two days of its own rules."""
    story = Story()
    shared = ContactPoint(
        "mail-mairie", Channel.EMAIL, "a.example", sealed("p", "email"), is_shared=True
    )
    story.ask(r.AddPerson(person="p", role=HEAD, points=(shared,)))

    assert names_of("p", story.state.people["p"]) == ("person:p",)
