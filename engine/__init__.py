"""The rules: pure functions over inputs, events and states."""
