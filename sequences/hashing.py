"""Name a published sequence by what it says."""

from hashlib import sha256
from typing import Final

import msgspec

from engine.plan import Sequence

HASH_LENGTH: Final = 16  # hexadecimal digits: 64 bits, ample for one workspace's sequences


def sequence_hash(sequence: Sequence) -> str:
    """Return the sequence's name by content: 16 hexadecimal digits.

    Counted over its JSON encoding with every key sorted, texts included, so that equal
    plans have equal names in any process.
    """
    encoded = msgspec.json.encode(sequence, order="sorted")
    return sha256(encoded).hexdigest()[:HASH_LENGTH]
