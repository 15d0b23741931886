"""Wrapped keys and check values in memory, for tests and simulation."""

from collections.abc import Sequence

from infra.vault.errors import SubjectErasedError


class MemoryKeyStore:
    """A key store that lives as long as its object."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes | None] = {}

    async def fetch(self, subjects: Sequence[str]) -> dict[str, bytes | None]:
        """Return what stands for these subjects."""
        return {subject: self._keys[subject] for subject in subjects if subject in self._keys}

    async def add(self, wrapped: dict[str, bytes]) -> dict[str, bytes | None]:
        """Store keys for subjects that have none; see `KeyStore.add`."""
        erased = [subject for subject in wrapped if self._keys.get(subject, b"") is None]
        if erased:
            raise SubjectErasedError(erased)
        return {subject: self._keys.setdefault(subject, key) for subject, key in wrapped.items()}

    async def destroy(self, subjects: Sequence[str]) -> None:
        """Replace these subjects' keys by tombstones."""
        self._keys.update(dict.fromkeys(subjects))


class MemoryCheckStore:
    """Check values that live as long as their object."""

    def __init__(self) -> None:
        self._checks: dict[str, bytes] = {}

    async def read(self) -> dict[str, bytes]:
        """Return the check values, empty on a first start."""
        return dict(self._checks)

    async def add(self, checks: dict[str, bytes]) -> dict[str, bytes]:
        """Store check values unless there are some."""
        self._checks = self._checks or dict(checks)
        return dict(self._checks)
