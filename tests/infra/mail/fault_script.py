"""Tell a catcher beforehand what goes wrong, delivery by delivery."""

from collections import defaultdict, deque

from infra.mail.faults import MailFault


class FaultScript:
    """Faults written down beforehand, each used once, in order, per recipient."""

    def __init__(self) -> None:
        self._faults: defaultdict[str, deque[MailFault]] = defaultdict(deque)

    def add(self, recipient: str, *faults: MailFault) -> None:
        """Let the next deliveries to `recipient` go wrong, one fault each."""
        self._faults[recipient.lower()].extend(faults)

    def forget(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def pick(self, recipient: str) -> MailFault | None:
        """Return the next fault of this recipient, if one is left."""
        faults = self._faults.get(recipient.lower())
        return faults.popleft() if faults else None
