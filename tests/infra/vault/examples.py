"""One good example of everything the vault tests need."""

from infra.secret import Secret
from infra.vault.home_keys import HomeKeys
from infra.vault.key_vault import KeyVault
from infra.vault.memory_keys import MemoryKeyStore
from infra.vault.port import Item, KeyStore

HOME_KEYS = HomeKeys(master=Secret(b"m" * 32), pepper=Secret(b"p" * 32))
NAME = "Aurélie Vasseur"


def item(
    *, subject: str = "p-1", input_id: str = "i-1", field: str = "name", text: str = NAME
) -> Item:
    """Return a field to seal; a test states only what differs."""
    return Item(subject=subject, input_id=input_id, field=field, text=text)


def vault(
    store: KeyStore | None = None,
    *,
    keys: HomeKeys = HOME_KEYS,
    workspace: str = "w-1",
    cached_keys_max: int = 100,
) -> KeyVault:
    """Return a vault over `store`, which is a new one in memory unless given."""
    return KeyVault(
        store if store is not None else MemoryKeyStore(),
        keys=keys,
        workspace=workspace,
        cached_keys_max=cached_keys_max,
    )
