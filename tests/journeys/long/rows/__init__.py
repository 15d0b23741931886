"""What once went wrong on a real home, row by row: what was seen before, and what is seen now."""
