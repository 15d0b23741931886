"""Adapters under the vault's contract."""

import pytest

from infra.vault.home_keys import CheckStore
from infra.vault.memory_keys import MemoryCheckStore, MemoryKeyStore
from infra.vault.port import KeyStore


@pytest.fixture(params=["memory"])
def key_store() -> KeyStore:
    """Return an empty key store of each kind."""
    return MemoryKeyStore()


@pytest.fixture(params=["memory"])
def check_store() -> CheckStore:
    """Return the check values of a database never used, of each kind."""
    return MemoryCheckStore()


@pytest.fixture
def other_check_store() -> CheckStore:
    """Return the check values of another database never used."""
    return MemoryCheckStore()
