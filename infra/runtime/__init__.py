"""What acts on decisions: owners, timers, reactors, projector; `runtime.py` joins them."""
