"""Seal and open one field under one person's key.

AES-256-GCM-SIV, whose nonce may repeat without harm, with a nonce made from the key,
the input's id and the field: sealing again after a crash gives the same bytes, so the
same input stays the same input (docs/decisions/0020).
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from engine.values import Sealed
from infra.secret import Secret
from infra.vault.errors import SealDamageError
from infra.vault.port import Item

KEY_BYTES = 32
NONCE_BYTES = 12
SEAL_BYTES = 16
LENGTH_BYTES = 4
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,59}")


class PersonKey:
    """One subject's key, ready for use."""

    __slots__ = ("_cipher", "_key")

    def __init__(self, key: Secret[bytes]) -> None:
        """Keep the key and its cipher; 32 bytes."""
        self._key = key
        self._cipher = AESGCMSIV(key.reveal())

    def seal(self, item: Item, *, workspace: str) -> Sealed:
        """Return the sealed field; the same item gives the same bytes."""
        nonce = self._nonce(item)
        bound = _joined(workspace, item.subject, item.field)
        data = nonce + self._cipher.encrypt(nonce, item.text.encode(), bound)
        return Sealed(subject=item.subject, field=item.field, data=_as_text(data))

    def open(self, sealed: Sealed, *, workspace: str) -> str:
        """Return the text of a sealed field, or raise `SealDamageError`."""
        bound = _joined(workspace, sealed.subject, sealed.field)
        try:
            data = _as_bytes(sealed.data)
            return self._cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound).decode()
        except (InvalidTag, ValueError):
            # The cause is dropped: a decoding error quotes the bytes it failed on.
            raise SealDamageError(sealed.subject, sealed.field) from None

    def _nonce(self, item: Item) -> bytes:
        named = _joined(item.input_id, item.field)
        return hmac.digest(self._key.reveal(), named, "sha256")[:NONCE_BYTES]


def is_sealed_form(sealed: Sealed) -> bool:
    """Whether a field has the form that sealing gives: names, and no text in the clear."""
    try:
        data = _as_bytes(sealed.data)
    except ValueError:
        return False
    is_named = bool(sealed.subject) and bool(_FIELD.fullmatch(sealed.field))
    return is_named and _as_text(data) == sealed.data and len(data) > NONCE_BYTES + SEAL_BYTES


def new_key() -> Secret[bytes]:
    """Return a fresh random key."""
    return Secret(secrets.token_bytes(KEY_BYTES))


def _joined(*names: str) -> bytes:
    """Return the names with their lengths, so that no two lists of names look alike."""
    parts = (name.encode() for name in names)
    return b"".join(len(part).to_bytes(LENGTH_BYTES, "big") + part for part in parts)


def _as_text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _as_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
