"""What acts on decisions: owners, timers, reactors, views; `runtime.py` joins them."""
