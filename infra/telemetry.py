"""Name each thing worth a log line, and set up how lines are written.

One event a line, its name in the past tense, what it concerns as fields.  Fields hold
ids, names of our own, counts and durations: never a personal value, never a sentence.
"""

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TextIO

import structlog

from infra.folding import Folding
from infra.settings import LogLevel

LOG_EVENTS: Mapping[str, str] = MappingProxyType({
    "partition_taken": "This process owns the partition from now on.",
    "partition_released": "This process gave the partition back, its state written down.",
    "partition_given_up": "Another process took the partition.",
    "partition_backed_off": "A part outside did not answer; the partition is taken again later.",
    "partition_stopped": "Damage: a person must look; the fields say where.",
    "late_write_skipped": "Records of a former owner were found and do not count.",
    "input_quarantined": "An input does not decode, or the rules broke on it.",
    "state_flushed": "States of streams were written down.",
    "rebuild_advanced": "States of other types than this release's are built again from the log.",
    "timer_stuck": "A due timer was decided already and is still due; tried again later.",
    "timer_broke": "The rules broke on a due stream; its timers stand still.",
    "gate_backed_off": "Grants could not be asked for; asked again later.",
    "suppression_backed_off": "A stop could not be written yet; its answer waits.",
    "attempts_delayed": "The ledger did not answer; these attempts are sent later.",
    "outcomes_delayed": "The ledger did not answer; outcomes of attempts are written later.",
    "attempts_broke": "Something broke on a batch of attempts; each is looked at again.",
    "touch_broken": "A message could not be named or written; it is not sent, the others are.",
    "touch_decided_often": "A touch was decided about more often in an hour than the rules allow.",
    "outcome_broke": "The outcome of an attempt could not be written; the touch is unknown.",
    "consequence_broke": "What a decision asks of its neighbours broke; the others go on.",
    "turn_broke": "Something broke at the turn of a due e-mail; it is looked at an hour later.",
    "neighbour_broke": "Gate, suppression or doubts broke on something; it is tried again.",
    "conversations_cut": "A stop did not wait for a mail server; these touches are unknown.",
    "send_broken": "A sender broke while it sent; the touch is unknown.",
    "reconciling_delayed": "The ledger did not answer; unknown touches are asked about later.",
    "reactor_stopped": "Damage: what a partition's events ask of other streams is carried no more.",
    "reaction_broke": "What one event asks of other streams could not be found; the others are.",
    "reactor_backed_off": "What an event asks of other streams could not be appended yet.",
    "view_stopped": "The fold of a view broke; the others go on.",
    "view_backed_off": "A view could not write; it tries again.",
    "log_signals_lost": "PostgreSQL announces nothing for a moment; readers look by themselves.",
    "database_ended": "PostgreSQL ended unasked; it is started again.",
    "database_restarted": "PostgreSQL is back; partitions are taken again.",
    "stop_cut_short": "A stop took too long or was asked twice: ended at once, nothing is lost.",
    "clock_wrong": "The clock jumped, or differs from the database's: nothing is decided or sent.",
    "clock_behind_log": "The log ends later than the clock says: one of both was wrong.",
    "clock_right": "The clock is right again: deciding and sending go on.",
    "door_opened": "Commands of this machine can come in.",
    "door_closed": "Commands of this machine cannot come in any more.",
    "frame_refused": "A command came in a form this version does not read.",
    "caller_refused": "Somebody knocked who may not come in, or one more than there is room for.",
    "talk_broke": "Something broke on one connection of the door; the others go on.",
    "runtime_started": "Everything runs.",
    "runtime_stopped": "Everything is written down.",
})  # fmt: skip
"""Every log event of the runtime, with what it means."""


def set_up(
    *,
    form: Literal["console", "json"] = "console",
    stream: TextIO | None = None,
    least: LogLevel = LogLevel.INFO,
) -> None:
    """Write log lines to `stream`, else to standard error, one event a line.

    Args:
        form: For people, or for programs.
        stream: Where to.
        least: The least that a line must matter to be written.
    """
    last = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, sort_keys=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            Folding(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least.value),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(part: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger whose lines say which part of the process speaks."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=part)
    return logger
