"""The vault port: seal personal fields, open them, destroy what opens them.

An adapter promises what `tests/infra/vault/test_vault.py` checks.  Fields are sealed
before anything is appended, opened only where a person reads or a message leaves.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.values import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One personal field to seal; the input that carries it makes a retry repeatable."""

    subject: str  # a person's id, or that of a subject not yet matched to one
    input_id: str
    field: str  # "email", "family_name", "note"...
    text: str = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Stands where a field was whose key is destroyed."""

    subject: str


class Vault(Protocol):
    """Keys by subject, and what they open."""

    async def seal(self, items: Sequence[Item]) -> tuple[Sealed, ...]:
        """Return the sealed fields, in order; every key used is durable by then.

        The same item gives the same bytes.  Subjects without a key get one, all in one
        transaction.

        Raises:
            SubjectErasedError: A subject has a tombstone; no key was made for any.
            VaultDamageError: A stored key does not unwrap.
        """

    async def open(self, sealed: Sequence[Sealed]) -> list[str | Erased]:
        """Return the texts, in order, with `Erased` where the key is destroyed.

        Reads the keys' rows each time: a destruction by another process counts at once.

        Raises:
            VaultDamageError: A field or its key does not open, or has no key at all.
        """

    async def destroy(self, *subjects: str) -> None:
        """Destroy the keys of these subjects, together and for ever; repeatable.

        A tombstone stays, also for a subject that never had a key.
        """


class KeyStore(Protocol):
    """Wrapped keys by subject; `None` is a tombstone."""

    async def fetch(self, subjects: Sequence[str]) -> dict[str, bytes | None]:
        """Return what stands for these subjects; those never seen are left out."""

    async def add(self, wrapped: dict[str, bytes]) -> dict[str, bytes | None]:
        """Store keys for subjects that have none, durably and all together.

        Returns what now stands for each: another process may have been first, its key
        or tombstone then counts.

        Raises:
            SubjectErasedError: One of them has a tombstone; nothing was stored.
        """

    async def destroy(self, subjects: Sequence[str]) -> None:
        """Replace these subjects' keys by tombstones, durably and all together."""
