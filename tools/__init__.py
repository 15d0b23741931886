"""Scripts run by hand: they write committed data again, or measure; nothing needs them to run."""
