"""Let the collector of cycles walk less: a runtime makes many objects and few cycles."""

import gc

THRESHOLDS = (50_000, 20, 100)
"""Young objects before a look, and looks before an older generation gets one: what a turn
makes is freed by counting long before, and a walk of all holds the loop."""


def collect_seldom() -> None:
    """Leave out of every walk what was imported and recovered so far, and walk seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
