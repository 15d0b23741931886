"""Name a message after the touch and the attempt it carries out.

The ids stand in clear so that a reconciler can ask the mail server for one message; a
short keyed hash keeps strangers from making ids up.  No person occurs in it.
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

from engine.errors import InvalidValueError
from infra.secret import Secret

MAC_BYTES = 10  # 16 letters: forging one by trial takes 2^79 messages on average
ID = re.compile(
    r"<a(?P<account>[A-Za-z0-9_.-]{1,64})\.t(?P<touch>[1-9][0-9]{0,8})"
    r"\.n(?P<attempt>[1-9][0-9]{0,8})\.(?P<mac>[a-z2-7]{16})@(?P<domain>[^\s<>@]{1,255})>"
)
ACCOUNT = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKey:
    """One attempt of one touch of one account."""

    account: str
    touch: int
    attempt: int

    def __post_init__(self) -> None:
        """Check that the numbers can stand in a message id."""
        for name, number in (("touch", self.touch), ("attempt", self.attempt)):
            if not 0 < number < 10**9:
                raise InvalidValueError(name=name, rule="lie in 1..999999999", value=number)


def message_id(key: MessageKey, *, secret: Secret[bytes], domain: str) -> str:
    """Return `<a{account}.t{touch}.n{attempt}.{mac}@domain>`, the same for ever.

    An account whose id no message id can hold stands there as `h` and a digest: its messages
    leave as all others do, but their ids name it to nobody.

    Raises:
        InvalidValueError: The domain is not one in ASCII.
    """
    if not DOMAIN.fullmatch(domain):
        raise InvalidValueError(name="domain", rule="be one in ASCII", value=domain)
    return f"<{_named(key)}.{_mac(key, secret)}@{domain}>"


def parse_message_id(text: str, *, secret: Secret[bytes]) -> MessageKey | None:
    """Return what a message id names, or None if it is none of ours."""
    match = ID.fullmatch(text.strip())
    if match is None:
        return None
    key = MessageKey(
        account=match["account"], touch=int(match["touch"]), attempt=int(match["attempt"])
    )
    return key if hmac.compare_digest(match["mac"], _mac(key, secret)) else None


def _named(key: MessageKey) -> str:
    account = f"a{key.account}" if ACCOUNT.fullmatch(key.account) else f"h{_digest(key.account)}"
    return f"{account}.t{key.touch}.n{key.attempt}"


def _digest(text: str) -> str:
    return b32encode(sha256(text.encode()).digest()).decode().rstrip("=").lower()


def _mac(key: MessageKey, secret: Secret[bytes]) -> str:
    digest = hmac.digest(secret.reveal(), _named(key).encode(), "sha256")
    return b32encode(digest[:MAC_BYTES]).decode().lower()
