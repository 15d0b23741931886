"""Play seeds of the simulation until one breaks a promise.

Nothing is shrunk: whoever planted a fault knows what is wrong.
"""

from tests.simulation.history import history_of
from tests.simulation.running import broken_by


def broken_seed(count: int) -> str:
    """Return which of so many seeds breaks which promise; empty if none does."""
    for seed in range(count):
        broken = broken_by(history_of(seed))
        if broken is not None:
            return f"seed {seed} of the simulation: {broken.promise}"
    return ""
