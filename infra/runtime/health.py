"""How a running process stands, as `relance status` shows it."""

from datetime import datetime

from msgspec import Struct

from engine.workspace import SendingHold
from infra.runtime.owning.waiting_line import HeldUp

RUNNING = "running"
BUILDING = "building"
"""How a view stands that has not yet read what the log held when it started."""


class Health(Struct, frozen=True, kw_only=True):
    """One look at a running process; numbers concern the partitions it owns."""

    now_at: datetime  # of its clock
    partitions: dict[int, str]  # number (-1: the workspace) -> "running", or why not
    views: dict[str, str]  # name -> `RUNNING`, `BUILDING`, or why it stopped
    reactors: str  # `RUNNING`, or which partitions' stopped and why
    waiting_count: int  # inputs read and not decided
    tail_count: int  # decisions since the last flush: what a recovery would read
    late_write_count: int  # records of former owners that do not count
    next_due_at: datetime | None  # next timer, or end of what holds up
    w: int  # publications known
    due_count: int = 0  # e-mails that are due and wait for their turn
    held_up: tuple[HeldUp, ...] = ()  # why some of them wait longer
    sending_hold: SendingHold | None = None  # why no e-mail leaves at all
