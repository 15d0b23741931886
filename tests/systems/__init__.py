"""Whole systems on real parts: every log, a mail server that fails, a database that goes."""
