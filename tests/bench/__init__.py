"""Benchmarks: whole runs on real parts, beside bare limits of the same run."""
