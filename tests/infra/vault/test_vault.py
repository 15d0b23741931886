"""What every vault promises, over each place where keys are kept."""

import asyncio

import msgspec
import pytest

from infra.secret import Secret
from infra.vault.errors import (
    KeyDamageError,
    KeyMissingError,
    SealDamageError,
    SubjectErasedError,
)
from infra.vault.home_keys import HomeKeys
from infra.vault.port import Erased, Item, KeyStore
from tests.infra.vault.examples import NAME, item, vault

OTHER_MASTER = HomeKeys(master=Secret(b"x" * 32), pepper=Secret(b"p" * 32))


class TestSeal:
    """What leaves for the log."""

    async def test_opens_to_what_was_sealed(self, key_store: KeyStore) -> None:
        """The one thing a vault is for."""
        keeper = vault(key_store)

        sealed = await keeper.seal([item(), item(field="note", text="")])

        assert await keeper.open(sealed) == [NAME, ""]

    async def test_twice_gives_the_same_bytes(self, key_store: KeyStore) -> None:
        """A retried input must be the same input, or its deduplication compares apples to pears."""
        first = await vault(key_store).seal([item()])
        again = await vault(key_store).seal([item()])

        assert first == again

    @pytest.mark.parametrize(
        "other",
        [item(subject="p-2"), item(field="note"), item(input_id="i-2"), item(text=NAME + "!")],
        ids=["person", "field", "input", "text"],
    )
    async def test_of_another_item_gives_other_bytes(
        self, key_store: KeyStore, other: Item
    ) -> None:
        """Equal bytes across people would tell who shares a name or a number."""
        one, two = await vault(key_store).seal([item(), other])

        assert one.data != two.data

    async def test_hides_the_text(self, key_store: KeyStore) -> None:
        """The log is for ever."""
        (sealed,) = await vault(key_store).seal([item()])

        assert NAME.encode() not in msgspec.json.encode(sealed)

    async def test_seals_thousands_in_one_batch(self, key_store: KeyStore) -> None:
        """Imports come by the thousand, a transaction for each person would take minutes."""
        items = [item(subject=f"p-{number}", text=f"name {number}") for number in range(3000)]
        keeper = vault(key_store, cached_keys_max=10)

        sealed = await keeper.seal(items)

        assert await keeper.open(sealed) == [item.text for item in items]

    async def test_racing_for_a_first_key_agrees_on_one(self, key_store: KeyStore) -> None:
        """Two processes may meet the same person at the same moment."""
        keepers = [vault(key_store) for _ in range(5)]

        sealed = await asyncio.gather(*(keeper.seal([item()]) for keeper in keepers))

        assert len({values[0].data for values in sealed}) == 1


class TestOpen:
    """What a reader gets."""

    async def test_nothing_gives_nothing(self, key_store: KeyStore) -> None:
        """An empty page is a page."""
        assert await vault(key_store).open([]) == []

    @pytest.mark.parametrize("change", [{"field": "note"}, {"data": "AAAA"}, {"data": "é"}])
    async def test_of_a_changed_field_is_damage(
        self, key_store: KeyStore, change: dict[str, str]
    ) -> None:
        """A name moved into a note, or a flipped bit, must never pass as a value."""
        keeper = vault(key_store)
        (sealed,) = await keeper.seal([item()])

        with pytest.raises(SealDamageError, match=r"expected field \w+ of p-1 to open, got"):
            await keeper.open([msgspec.structs.replace(sealed, **change)])

    async def test_under_another_person_is_damage(self, key_store: KeyStore) -> None:
        """One person's data shown as another's is the worst leak there is."""
        keeper = vault(key_store)
        sealed, _ = await keeper.seal([item(), item(subject="p-2")])

        with pytest.raises(SealDamageError):
            await keeper.open([msgspec.structs.replace(sealed, subject="p-2")])

    async def test_in_another_workspace_is_damage(self, key_store: KeyStore) -> None:
        """Workspaces may share a server one day, never what they hold."""
        sealed = await vault(key_store).seal([item()])

        with pytest.raises(SealDamageError):
            await vault(key_store, workspace="w-2").open(sealed)

    async def test_with_another_master_key_is_damage(self, key_store: KeyStore) -> None:
        """A wrong key must fail loudly, not give noise."""
        sealed = await vault(key_store).seal([item()])

        with pytest.raises(KeyDamageError, match="expected the key of p-1 to unwrap"):
            await vault(key_store, keys=OTHER_MASTER).open(sealed)

    async def test_without_any_key_is_damage(self, key_store: KeyStore) -> None:
        """A lost key table must not look like a crowd that asked to be erased."""
        (sealed,) = await vault(key_store).seal([item()])
        strays = [msgspec.structs.replace(sealed, subject=f"q-{number}") for number in range(7)]

        with pytest.raises(KeyMissingError, match=r"got none for: q-0, .* and 2 more"):
            await vault(key_store).open(strays)


class TestDestroy:
    """Erasure."""

    async def test_makes_all_of_the_person_unreadable(self, key_store: KeyStore) -> None:
        """The right to erasure, over a log that cannot forget."""
        keeper = vault(key_store)
        sealed = await keeper.seal([item(), item(subject="p-2"), item(field="note")])

        await keeper.destroy("p-1")

        erased = Erased(subject="p-1")
        assert await keeper.open(sealed) == [erased, NAME, erased]

    async def test_counts_for_a_process_that_remembers_the_key(self, key_store: KeyStore) -> None:
        """The command line erases while the engine runs with a warm cache."""
        remembering = vault(key_store)
        sealed = await remembering.seal([item()])

        await vault(key_store).destroy("p-1")

        assert await remembering.open(sealed) == [Erased(subject="p-1")]

    async def test_forbids_a_new_key(self, key_store: KeyStore) -> None:
        """A re-import would otherwise bring the erased person back."""
        keeper = vault(key_store)
        await keeper.seal([item()])
        await keeper.destroy("p-1")

        with pytest.raises(SubjectErasedError, match="got erased: p-1"):
            await keeper.seal([item(subject="p-3"), item()])

    async def test_of_somebody_never_seen_leaves_a_tombstone(self, key_store: KeyStore) -> None:
        """An erasure may overtake the first record of its person."""
        keeper = vault(key_store)

        await keeper.destroy("p-1", "p-2")

        with pytest.raises(SubjectErasedError) as raised:
            await keeper.seal([item(), item(subject="p-2")])
        assert raised.value.subjects == ("p-1", "p-2")

    async def test_repeated_changes_nothing(self, key_store: KeyStore) -> None:
        """Requests come twice."""
        keeper = vault(key_store)
        sealed = await keeper.seal([item()])

        await keeper.destroy("p-1")
        await keeper.destroy("p-1")

        assert await keeper.open(sealed) == [Erased(subject="p-1")]

    async def test_that_wins_against_a_first_key_is_an_answer(self, key_store: KeyStore) -> None:
        """Between looking for a key and storing one, the person may be erased."""
        await key_store.destroy(["p-1"])

        with pytest.raises(SubjectErasedError):
            await key_store.add({"p-1": b"w" * 40, "p-2": b"w" * 40})
        assert await key_store.fetch(["p-2"]) == {}
