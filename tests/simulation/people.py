"""Those who do what nobody else can: set a mailbox right, look up what became of a message."""

from datetime import timedelta

from infra.runtime.health import Health
from infra.runtime.owning.touch_ports import GrantKey
from infra.touching.memory_tables import MemoryTables
from infra.touching.protocol import SENDER_HELD
from tests.simulation.mail import MailServer
from tests.simulation.stories import Tale, lift, settling

SETTLED_AFTER = timedelta(minutes=16)
"""After which a person may say what became of an attempt."""


class People:
    """They look once at each attempt without outcome, at the mail server itself."""

    def __init__(self, tables: MemoryTables, server: MailServer) -> None:
        self._tables = tables
        self._server = server
        self._looked_up: set[GrantKey] = set()

    def work(self, health: Health, *, number: int) -> list[Tale]:
        """Return what there is to say when all is at rest; its ids begin at a number."""
        if SENDER_HELD in {bar.rule for bar in health.held_up}:
            return [lift(number=number)]
        unknown = self.unknown()
        self._looked_up.update(unknown)
        return [
            settling(key, was_sent=self._server.has_taken(key), number=number + index)
            for index, key in enumerate(unknown)
        ]

    def unknown(self) -> list[GrantKey]:
        """Return the attempts without outcome that nobody has looked up."""
        rows = self._tables.rows
        return [key for key in rows if not rows[key].settlement and key not in self._looked_up]
