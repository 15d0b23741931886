"""Name a contact point by a keyed hash of its normal form."""

import hmac
from base64 import b32encode

from engine.values import Channel
from infra.secret import Secret

TAG_BYTES = 20  # 32 letters; two of a thousand million points alike: below 1 in 10^30


class Tagger:
    """Makes tags under the workspace's pepper; without it nobody can test a guess."""

    def __init__(self, pepper: Secret[bytes]) -> None:
        self._pepper = pepper

    def tag(self, channel: Channel, identity: str) -> str:
        """Return 32 lower-case letters and digits for a point's normal form."""
        named = f"{channel.value}\0{identity}".encode()
        digest = hmac.digest(self._pepper.reveal(), named, "sha256")
        return b32encode(digest[:TAG_BYTES]).decode().lower()
