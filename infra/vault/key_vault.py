"""The vault: persons' keys from a key store, fields sealed and opened under them."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from engine.values import Sealed
from infra.vault.errors import KeyMissingError, SubjectErasedError
from infra.vault.home_keys import HomeKeys
from infra.vault.port import Erased, Item, KeyStore
from infra.vault.sealing import PersonKey, new_key

CACHED_KEYS_MAX = 10_000  # about 10 MB


class KeyVault:
    """A vault over any key store; keys in use are kept in a bounded cache.

    Sealing trusts the cache.  If another process destroyed a key meanwhile, what is
    sealed under the remembered one opens as `Erased`: the end is the same.
    """

    def __init__(
        self,
        store: KeyStore,
        *,
        keys: HomeKeys,
        workspace: str,
        cached_keys_max: int = CACHED_KEYS_MAX,
    ) -> None:
        self._store = store
        self._keys = keys
        self._workspace = workspace
        self._cache = _KeyCache(cached_keys_max)

    async def seal(self, items: Sequence[Item]) -> tuple[Sealed, ...]:
        """Return the sealed fields, in order; see `Vault.seal`."""
        keys = await self._keys_for(dict.fromkeys(item.subject for item in items))
        return tuple(keys[item.subject].seal(item, workspace=self._workspace) for item in items)

    async def open(self, sealed: Sequence[Sealed]) -> list[str | Erased]:
        """Return the texts, in order; see `Vault.open`."""
        subjects = tuple(dict.fromkeys(value.subject for value in sealed))
        stored = await self._store.fetch(subjects) if subjects else {}
        missing = tuple(subject for subject in subjects if subject not in stored)
        if missing:
            raise KeyMissingError(missing)
        return [self._open(value, stored[value.subject]) for value in sealed]

    async def destroy(self, *subjects: str) -> None:
        """Destroy the keys of these subjects; see `Vault.destroy`."""
        await self._store.destroy(tuple(sorted(set(subjects))))
        for subject in subjects:
            self._cache.forget(subject)

    def _open(self, value: Sealed, wrapped: bytes | None) -> str | Erased:
        if wrapped is None:
            self._cache.forget(value.subject)
            return Erased(subject=value.subject)
        return self._unwrapped(value.subject, wrapped).open(value, workspace=self._workspace)

    async def _keys_for(self, subjects: Mapping[str, None]) -> dict[str, PersonKey]:
        # Collected before anything may push a key out of the cache again.
        keys = {subject: key for subject in subjects if (key := self._cache.get(subject))}
        unknown = tuple(subject for subject in subjects if subject not in keys)
        if unknown:
            stored = await self._stored_or_new(unknown)
            keys.update((subject, self._unwrapped(subject, stored[subject])) for subject in unknown)
        return keys

    async def _stored_or_new(self, subjects: Sequence[str]) -> dict[str, bytes]:
        stored = await self._store.fetch(subjects)
        usable = _not_erased(stored)
        absent = sorted(subject for subject in subjects if subject not in stored)
        if absent:
            fresh = {subject: self._keys.wrap(new_key()) for subject in absent}
            usable.update(_not_erased(await self._store.add(fresh)))
        return usable

    def _unwrapped(self, subject: str, wrapped: bytes) -> PersonKey:
        if key := self._cache.get(subject):
            return key
        key = PersonKey(self._keys.unwrap(wrapped, subject=subject))
        self._cache.keep(subject, key)
        return key


class _KeyCache:
    """The keys used last, so many at most."""

    def __init__(self, keys_max: int) -> None:
        self._keys: OrderedDict[str, PersonKey] = OrderedDict()
        self._keys_max = keys_max

    def get(self, subject: str) -> PersonKey | None:
        if subject in self._keys:
            self._keys.move_to_end(subject)
        return self._keys.get(subject)

    def keep(self, subject: str, key: PersonKey) -> None:
        self._keys[subject] = key
        if len(self._keys) > self._keys_max:
            self._keys.popitem(last=False)

    def forget(self, subject: str) -> None:
        self._keys.pop(subject, None)


def _not_erased(stored: Mapping[str, bytes | None]) -> dict[str, bytes]:
    erased = [subject for subject, wrapped in stored.items() if wrapped is None]
    if erased:
        raise SubjectErasedError(erased)
    return {subject: wrapped for subject, wrapped in stored.items() if wrapped is not None}
