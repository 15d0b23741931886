"""How much may come in through the door: of bytes, of inputs, of connections, of time.

Each is far above what a command needs, and low enough that no frame and no number of
connections fills the memory or holds up the loop that everybody waits for.
"""

FRAME_BYTES_MAX = 4 * 1024 * 1024
"""Of a question: fifty inputs of the largest size, or thousands of the usual one."""

TELLING_BYTES_MAX = 32 * 1024 * 1024
"""Of a reply, which the home itself has written."""

INPUTS_MAX = 1_000
"""Of one question; a client asks for more in several."""

CONNECTIONS_MAX = 64
LARGE_BYTES = 256 * 1024
LARGE_AT_ONCE = 4
"""Frames beyond `LARGE_BYTES` that are read at one time."""

READ_SECONDS = 10.0
"""From the first byte of a frame to its last."""

WITHIN_SECONDS_MAX = 600.0
"""How long a caller may ask the door to wait for it."""

READ_AT_ONCE = 50
"""Inputs that are read before others get a turn of the loop."""
