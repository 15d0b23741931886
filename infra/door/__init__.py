"""Let commands of this machine in: both sides of a socket in the home."""
