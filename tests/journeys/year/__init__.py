"""A year of three campaigns: who lives in it, what happens to them, what must never happen."""
