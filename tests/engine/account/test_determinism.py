"""Equal inputs in equal order give equal bytes, in any process."""

import subprocess
import sys

import pytest

from tests.engine.account.retell import digest, told


def digest_with(seed: str) -> str:
    """Return what another process prints whose sets and hashes have another order."""
    command = [sys.executable, "-m", "tests.engine.account.retell"]
    done = subprocess.run(
        command, env={"PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.mark.capability("C42.1")
def test_the_bytes_do_not_depend_on_the_order_of_sets() -> None:
    """Owners take over from each other: the next one must decide what the last would have."""
    assert digest_with("1") == digest_with("4242") == digest()


def test_the_story_told_is_long_enough_to_mean_something() -> None:
    """A story of refusals would be equal whatever the rules."""
    assert len({type(event) for event in told().history}) >= 30
