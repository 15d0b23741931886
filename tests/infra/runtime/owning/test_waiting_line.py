"""Whoever is due waits in one line, and keeps a place while something bars the way."""

from datetime import datetime, timedelta
from itertools import count
from typing import cast

from engine.ids import InputId, StreamId
from engine.rule_ids import RuleId
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.touch_ports import Barred, Counted
from infra.runtime.owning.waiting_line import SLOT_ENDED, HeldUp, Waiter, WaitingLine
from tests.infra.runtime.homes import MONDAY

NOBODYS = cast("Partition", None)
HOUR = timedelta(hours=1)
TICKETS = count()


def waiter(
    name: str,
    *,
    due_at: datetime = MONDAY,
    is_first_contact: bool = True,
    domain: str = "ville.example",
    closes_at: datetime = MONDAY + 12 * HOUR,
) -> Waiter:
    """Return a due touch of an account."""
    return Waiter(
        is_first_contact=is_first_contact,
        due_at=due_at,
        ticket=next(TICKETS),
        stream=StreamId(name),
        input_id=InputId(f"attempt:{name}"),
        partition=NOBODYS,
        counted=Counted("equipe", domain),
        closes_at=closes_at,
        is_in_time=True,
    )


def line_of(*waiters: Waiter) -> WaitingLine:
    """Return a line that they joined in this order."""
    line = WaitingLine()
    for each in waiters:
        line.join(each)
    return line


def names(taken: list[Waiter]) -> list[str]:
    """Return whose turn it is."""
    return [str(each.stream) for each in taken]


class TestTake:
    def test_gives_turns_to_follow_ups_first_then_by_instant(self) -> None:
        """A conversation that has begun goes on before another begins."""
        line = line_of(
            waiter("late", due_at=MONDAY + HOUR),
            waiter("first"),
            waiter("second"),
            waiter("follow-up", due_at=MONDAY + HOUR, is_first_contact=False),
        )

        taken = line.take(10, MONDAY + HOUR)

        assert names(taken) == ["follow-up", "first", "second", "late"]

    def test_gives_no_more_turns_than_asked_for(self) -> None:
        """What the sender cannot begin waits here, and nowhere later."""
        line = line_of(waiter("a"), waiter("b"), waiter("c"))

        assert names(line.take(2, MONDAY)) == ["a", "b"]
        assert line.take(0, MONDAY) == []
        assert len(line) == 1
        assert line.is_moving


class TestABar:
    def test_holds_a_whole_sender_up_and_keeps_the_order(self) -> None:
        """Nobody is asked about again before the instant, and nobody loses a place."""
        line = line_of(waiter("a"), waiter("b"))
        line.bar(Barred(RuleId.CAP_MAILBOX, Counted("equipe", ""), MONDAY + HOUR), MONDAY)

        assert line.take(10, MONDAY) == []
        line.join(waiter("c"))
        assert line.take(10, MONDAY) == []
        assert not line.is_moving
        assert line.next_at() == MONDAY + HOUR
        assert names(line.take(10, MONDAY + HOUR)) == ["a", "b", "c"]
        assert line.next_at() is None

    def test_of_one_domain_lets_the_others_pass(self) -> None:
        """One body's mail server is not to be flooded; the others need not wait."""
        line = line_of(waiter("a", domain="mairie.example"), waiter("b"))
        counted = Counted("equipe", "mairie.example")
        line.bar(Barred(RuleId.CAP_RECIPIENT_DOMAIN, counted, MONDAY + HOUR), MONDAY)

        assert names(line.take(10, MONDAY)) == ["b"]
        assert names(line.take(10, MONDAY + HOUR)) == ["a"]

    def test_of_ended_slots_lets_those_pass_whose_slot_is_open(self) -> None:
        """One that found no slot tonight speaks for the others that would look for one."""
        line = line_of(waiter("ended", closes_at=MONDAY), waiter("open"))
        line.bar(Barred(RuleId.WINDOW_PASSED, SLOT_ENDED, MONDAY + HOUR), MONDAY)

        assert names(line.take(10, MONDAY)) == ["open"]

    def test_is_told_with_its_rule_since_when_and_for_how_many(self) -> None:
        """Whoever asks why nothing leaves must be told."""
        line = line_of(waiter("a"), waiter("b"))
        since_at = MONDAY - HOUR
        barred = Barred(RuleId.MAILBOX_UNREACHABLE, Counted("equipe", ""), MONDAY + HOUR, since_at)
        line.bar(barred, MONDAY)
        line.take(1, MONDAY)

        assert line.held_up() == (
            HeldUp(
                sender="equipe",
                domain="",
                rule="mailbox.unreachable",
                since_at=since_at,
                until_at=MONDAY + HOUR,
                touch_count=2,
            ),
        )

    def test_can_be_lifted_before_its_time(self) -> None:
        """A cap that somebody raised holds nobody up."""
        line = line_of(waiter("a"))
        line.bar(Barred(RuleId.CAP_MAILBOX, Counted("equipe", ""), MONDAY + HOUR), MONDAY)
        line.take(1, MONDAY)

        line.lift_all()

        assert names(line.take(1, MONDAY)) == ["a"]


def test_a_full_line_counts_those_aside() -> None:
    """Memory is bounded by all who wait, for whatever they wait."""
    line = WaitingLine(waiters_max=2)
    line.join(waiter("a"))
    line.bar(Barred(RuleId.CAP_MAILBOX, Counted("equipe", ""), MONDAY + HOUR), MONDAY)
    line.take(1, MONDAY)

    assert not line.is_full
    line.join(waiter("b"))
    assert line.is_full
