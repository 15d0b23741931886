"""Signed links: what a person may do from a message, without an account or a password.

A token is deterministic authenticated encryption (AES-SIV, RFC 5297): it cannot be made
up, tells a stranger nothing, and the same link is the same for ever (docs/decisions/0021).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from msgspec import Struct

from infra.secret import Secret

BOUND = [b"relance link 1"]
TOKEN_MAX = 1024
CUT_OFF = "-_."
TURNS_MAX = 64
"""One spelling in thirty ends badly: that so many do is not to be seen."""


class LinkPurpose(StrEnum):
    """What a link lets its holder do."""

    UNSUBSCRIBE = "unsubscribe"
    DATA_RIGHTS = "data_rights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A purpose, for one person as one account knows them."""

    purpose: LinkPurpose
    account: str
    person: str


class _Body(Struct, frozen=True, array_like=True):
    """What a token holds."""

    purpose: LinkPurpose
    account: str
    person: str
    turn: int = 0  # which spelling; older tokens have the first


_DECODER = msgspec.msgpack.Decoder(_Body)


class LinkSigner:
    """Makes tokens and reads them back."""

    def __init__(self, secret: Secret[bytes]) -> None:
        """Keep the key; 32 bytes, of this purpose alone."""
        self._cipher = AESSIV(secret.reveal())

    def token(self, link: Link) -> str:
        """Return the token of a link: letters, digits, `-` and `_`, and neither at its end.

        A mail program that finds an address in a text leaves such an end out.
        """
        spellings = (self._spelled(link, turn) for turn in range(TURNS_MAX))
        return next(token for token in spellings if token[-1] not in CUT_OFF)

    def parse(self, token: str) -> Link | None:
        """Return the link of a token, or None if we did not make it."""
        if len(token) > TOKEN_MAX:
            return None
        try:
            data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            body = self._cipher.decrypt(data, BOUND)
        except (ValueError, InvalidTag):
            return None
        held = _DECODER.decode(body)
        link = Link(purpose=held.purpose, account=held.account, person=held.person)
        # Base64 reads some changed tokens as the same bytes: only our own spelling counts.
        return link if self._spelled(link, held.turn) == token else None

    def _spelled(self, link: Link, turn: int) -> str:
        """Return one of the spellings of a link; the first is that of every older token."""
        turns = (turn,) if turn else ()
        body = msgspec.msgpack.encode((link.purpose, link.account, link.person, *turns))
        return urlsafe_b64encode(self._cipher.encrypt(body, BOUND)).rstrip(b"=").decode()
