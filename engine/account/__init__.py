"""The account: everything the rules decide about one organisation and its people."""

from engine.account.decide import decide
from engine.account.due import due, due_at
from engine.account.evolve import fold
from engine.account.state import Account

__all__ = ["Account", "decide", "due", "due_at", "fold"]
