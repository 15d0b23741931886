"""What acts on decisions: owners, timers, gate, dispatch, reactors, projector, door."""
