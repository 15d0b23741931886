"""A published sequence is named by what it says."""

import subprocess
import sys

import msgspec

from engine.plan import Sequence
from sequences.catalogue import find_sequence
from sequences.hashing import sequence_hash
from sequences.load import load
from tests.sequences.files import Folder

NAME = "collectivite-prise-de-contact-30j"
SCRIPT = f"""
from sequences.catalogue import find_sequence
from sequences.hashing import sequence_hash
from sequences.load import load
print(sequence_hash(load(find_sequence("{NAME}")).sequence))
"""


def _library() -> Sequence:
    sequence = load(find_sequence(NAME)).sequence
    assert sequence is not None
    return sequence


def test_the_name_is_the_same_in_any_process() -> None:
    """Two machines publish the same file under the same name."""
    hashes = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert hashes == {sequence_hash(_library())}


def test_the_name_survives_the_wire() -> None:
    """A sequence read back from the log is the one that was published."""
    sequence = _library()
    read_back = msgspec.json.decode(msgspec.json.encode(sequence), type=Sequence)

    assert read_back == sequence
    assert sequence_hash(read_back) == sequence_hash(sequence)


def test_a_changed_word_in_a_text_changes_the_name(folder: Folder) -> None:
    """What people received must be found again under the name they received it from."""
    before = load(folder.plan).sequence
    folder.edit("first.md", "Comment", "De quelle manière")
    after = load(folder.plan).sequence

    assert before is not None
    assert after is not None
    assert sequence_hash(before) != sequence_hash(after)
    assert len(sequence_hash(after)) == 16


def test_a_comment_or_the_order_of_keys_changes_nothing(folder: Folder) -> None:
    """Tidying a file publishes nothing new."""
    before = load(folder.plan).sequence
    folder.edit(
        "sequence.yaml", "name: small\ntitle: A small one", "title: A small one\nname: small # x"
    )
    after = load(folder.plan).sequence

    assert before is not None
    assert before == after
