"""No call is opened to who objected, before the account has heard of it."""

from msgspec import structs

from engine.account import Account
from engine.account.state import TouchStatus
from engine.rule_ids import RuleId
from engine.suppressing import person_name
from engine.values import Channel, ContactPoint, KeptContact
from infra.runtime.owning.touch_ports import WantedContacts
from infra.vault.key_vault import KeyVault
from tests.contracts.test_grants import gate
from tests.contracts.touch_tables import TouchBackend, object_to
from tests.infra.touching import examples
from tests.infra.touching.examples import NIORT

LINES = ("line-1", "line-2")


async def call_due(vault: KeyVault) -> WantedContacts:
    """Return a due call to somebody with two numbers."""
    person = await examples.position(vault, person="p-1", address="a@ville.example")
    (mail,) = person.points
    calls = tuple(ContactPoint(tag, Channel.CALL, "", mail.sealed) for tag in LINES)
    touch = structs.replace(examples.touch(), channel=Channel.CALL, status=TouchStatus.PLANNED)
    reached = structs.replace(person, points=(mail, *calls))
    state = examples.account({"p-1": reached}, touch).state
    assert isinstance(state, Account)
    return WantedContacts(stream=NIORT, state=state, touches=(1,))


async def test_who_objected_is_kept_from_calls(tables: TouchBackend, vault: KeyVault) -> None:
    """The answer was given: a task with the number would be a broken word."""
    await object_to(tables, person_name("p-1"))

    kept = await gate(tables).claim([await call_due(vault)])

    assert kept == [(KeptContact(1, RuleId.SUPPRESSED, ""),)]


async def test_one_stopped_line_leaves_the_other(tables: TouchBackend, vault: KeyVault) -> None:
    """« Plus jamais sur ce numéro » says nothing of the direct line."""
    await object_to(tables, LINES[0])
    due = await call_due(vault)
    one = await gate(tables).claim([due])

    await object_to(tables, LINES[1])
    both = await gate(tables).claim([due])

    assert (one, both) == ([()], [(KeptContact(1, RuleId.SUPPRESSED, ""),)])


async def test_a_stopped_address_keeps_nobody_from_calls(
    tables: TouchBackend, vault: KeyVault
) -> None:
    """A mailbox that bounced is no objection to a call."""
    due = await call_due(vault)
    (mail, *_) = due.state.people["p-1"].points
    await object_to(tables, mail.tag)

    assert await gate(tables).claim([due]) == [()]
