"""Scripts that regenerate committed data, run by hand; nothing needs them at run time."""
