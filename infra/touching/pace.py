"""Learn how many attempts a way to the world can begin soon, from its last conversations."""

AHEAD_SECONDS = 2.0
"""What may wait for its conversation: far less than the deadline, and more than one round
through gate, decision and log takes."""
IN_HAND_MAX = 256
_NEWEST_WEIGHS = 0.25


class Pace:
    """How fast conversations end, by the process's own clock."""

    def __init__(self, conversations_max: int) -> None:
        """Begin knowing nothing: a peer is asked once before it is trusted with more."""
        self._conversations_max = conversations_max
        self._seconds: float | None = None  # of a conversation; None: nobody has answered

    def answered(self, seconds: float) -> None:
        """Take a conversation that the peer ended with an answer."""
        before = self._seconds if self._seconds is not None else seconds
        self._seconds = before + (seconds - before) * _NEWEST_WEIGHS

    def failed(self) -> None:
        """Forget what was known: the next attempt is a probe, and goes alone."""
        self._seconds = None

    @property
    def in_hand_max(self) -> int:
        """Return how many attempts may be decided and not settled.

        Examples:
            >>> pace = Pace(conversations_max=1)
            >>> pace.in_hand_max
            1
            >>> pace.answered(seconds=0.5)
            >>> pace.in_hand_max
            5
        """
        if self._seconds is None:
            return 1
        rounds = 1 + AHEAD_SECONDS / max(self._seconds, AHEAD_SECONDS / IN_HAND_MAX)
        return max(self._conversations_max, min(IN_HAND_MAX, int(self._conversations_max * rounds)))
