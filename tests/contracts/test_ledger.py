"""What ledger and stops promise, on each table: who sends, what stands, what is in flight."""

import asyncio
from dataclasses import replace

import pytest
from msgspec import structs

from engine.decision import Events, Nothing, Outcome, PlacedDecision, Repeated
from engine.events import Event, Objected, ObjectionLifted, ObjectionStated, PersonObjected
from engine.ids import InputId, StreamKind, name_of, stream_id, touch_id
from engine.requests import (
    CompleteTask,
    LiftObjection,
    Reach,
    RecordObjection,
    RecordPersonObjection,
    Request,
)
from infra.touching.protocol import AttemptReport, Settlement
from infra.touching.suppression import TableSuppression
from infra.vault.key_vault import KeyVault
from tests.contracts.test_grants import WINDOW, due, gate
from tests.contracts.touch_tables import TouchBackend, entry, object_to
from tests.infra.touching.examples import AT, NIORT, POITIERS, key, objected, placed


class TestLedger:
    async def test_lets_the_first_of_many_inserts_win(self, tables: TouchBackend) -> None:
        """The row alone decides who may send."""
        ledgers = [await tables.ledger(f"h-{number}") for number in range(8)]

        won = await asyncio.gather(*[ledger.take([entry()], AT) for ledger in ledgers])

        assert sum(len(keys) for keys in won) == 1

    async def test_says_in_which_window_its_grant_was_counted(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """The dispatcher compares it with the clock before it sends; without a grant, nothing."""
        await gate(tables).grant(await due(vault, 1))
        ledger = await tables.ledger()

        taken = await ledger.take([entry(), entry(2)], AT)
        rows = await ledger.read([key(), key(number=2)])

        assert taken == {key(): WINDOW, key(number=2): ""}
        assert {at: row.window for at, row in rows.items()} == taken

    async def test_keeps_the_first_outcome(self, tables: TouchBackend) -> None:
        """Whoever comes second hears what stands."""
        first, second = await tables.ledger("one"), await tables.ledger("two")
        await first.take([entry()], AT)
        sent = Settlement(AttemptReport(Reach.SENT, "250"), "d1", 12)

        assert await first.settle({key(): sent}, AT) == {key(): sent}
        again = await second.settle({key(): Settlement(AttemptReport(Reach.ABSENT))}, AT)

        assert again == {key(): sent}
        assert (await second.read([key()]))[key()].settlement == sent

    async def test_settles_nothing_without_a_row(self, tables: TouchBackend) -> None:
        """After a restore the row may be gone: no outcome stands then."""
        ledger = await tables.ledger()

        assert await ledger.settle({key(): Settlement(AttemptReport(Reach.SENT))}, AT) == {}
        assert await ledger.read([key()]) == {}

    async def test_knows_that_the_former_process_of_a_home_is_dead(
        self, tables: TouchBackend
    ) -> None:
        """What it left without outcome may be settled by absence; what others left may not."""
        former, other = await tables.ledger(), await tables.ledger("elsewhere")
        await former.take([entry(1)], AT)
        await other.take([entry(2)], AT)

        rows = await (await tables.ledger()).read([key(number=1), key(number=2)])

        assert [rows[key(number=number)].is_dead for number in (1, 2)] == [True, False]
        assert rows[key()].process == former.process


class TestStops:
    @pytest.mark.parametrize(
        "outcome", [None, Nothing(), Repeated(of=InputId("i-0"), was="events")]
    )
    async def test_are_written_with_each_answer(
        self, tables: TouchBackend, outcome: Outcome | None
    ) -> None:
        """The first answer may have been lost with the process that owed the row."""
        await object_to(tables, "t", outcome)
        await object_to(tables, "t", outcome)

        assert await tables.stops.suppressed(["t", "other"]) == {"t"}
        assert (await tables.counts()).stops == 1

    async def test_list_what_is_in_flight_to_the_address(self, tables: TouchBackend) -> None:
        """The person is told what can no longer be stopped."""
        ledger = await tables.ledger()
        elsewhere = replace(entry(3), tag="other")
        await ledger.take([entry(1), entry(2), entry(1, POITIERS), elsewhere], AT)
        await ledger.settle({key(number=2): Settlement(AttemptReport(Reach.SENT))}, AT)

        listed = await object_to(tables, "t")

        assert listed == {touch_id(name_of(NIORT), 1), touch_id(name_of(POITIERS), 1)}

    async def test_of_a_person_list_what_is_on_its_way_there(self, tables: TouchBackend) -> None:
        """The answer says what cannot be called back, whatever the address."""
        ledger = await tables.ledger()
        await ledger.take([replace(entry(1), person="p"), entry(2)], AT)

        listed = await write(tables, person_objected("p"))

        assert listed == {touch_id(name_of(NIORT), 1)}
        assert await tables.stops.suppressed(["person:p", "t"]) == {"person:p"}

    @pytest.mark.parametrize(
        ("event", "names"),
        [
            (Objected(rule="x", scope="all", persons=("p",)), {"t", "person:p"}),
            (Objected(rule="x", scope="all", is_shared=True), {"t"}),
        ],
    )
    async def test_by_an_address_bind_its_owner_before_the_answer(
        self, tables: TouchBackend, event: Event, names: set[str]
    ) -> None:
        """Reactions come later, and nothing may slip by; of a shared one nobody is stopped."""
        stream = objected("t").body.stream
        await write(tables, placed(stream, RecordObjection(), Events(events=(event,))))

        assert await tables.stops.suppressed(["person:p", "t"]) == names

    async def test_said_in_a_call_hold_before_the_person_has_decided(
        self, tables: TouchBackend
    ) -> None:
        """« Ne plus m'appeler » is acknowledged by the account."""
        event = ObjectionStated(rule="exit.objection", person="p", tags=("t",))
        request = CompleteTask(task=1, outcome="joint_refus", no_more_calls=True)
        await write(tables, placed(NIORT, request, Events(events=(event,))))

        assert await tables.stops.suppressed(["person:p"]) == {"person:p"}

    @pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (1, 0, 1)])
    async def test_stated_and_lifted_in_any_order_say_the_same(
        self, tables: TouchBackend, order: tuple[int, ...]
    ) -> None:
        """What a recovery writes again must not bring a lifted objection back."""
        decided = (person_objected("p", version=2), person_lifted("p", version=3))
        for index in order:
            await write(tables, decided[index])

        assert await tables.stops.suppressed(["person:p"]) == set()
        await write(tables, person_objected("p", version=4))
        assert await tables.stops.suppressed(["person:p"]) == {"person:p"}


async def write(tables: TouchBackend, decision: PlacedDecision) -> set[str]:
    """Write what a decision states and lifts; return what is listed as in flight."""
    suppression = TableSuppression(tables.stops, await tables.ledger("elsewhere"))
    return set(await suppression.before_answer(decision))


def person_objected(person: str, *, version: int = 1) -> PlacedDecision:
    """Return a validated decision on a person's objection."""
    return _of_person(person, RecordPersonObjection(), PersonObjected(rule="x"), version)


def person_lifted(person: str, *, version: int) -> PlacedDecision:
    """Return a validated decision that lifts it."""
    return _of_person(person, LiftObjection(), ObjectionLifted(rule="x"), version)


def _of_person(person: str, request: Request, event: Event, version: int) -> PlacedDecision:
    stream = stream_id(StreamKind.PERSON, person)
    decision = placed(stream, request, Events(events=(event,)))
    return structs.replace(decision, body=structs.replace(decision.body, version=version))
