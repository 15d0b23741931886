"""The dates of the four sequences, found by hand: nothing here knows `engine.cadence`."""
