"""Decide for partitions: take them, keep them, decide, write their state down, let them go."""
