"""Where the command line begins: read the words, run one command, end with its code."""

import getpass
import inspect
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO, TypeAlias

from cyclopts import CycloptsError

from console.cli.application import application
from console.cli.desk import Desk
from console.cli.exits import Exit
from console.cli.faults import Fault, fault_from, fault_of
from console.cli.options import Options, split, wants_json
from console.cli.terminal import Terminal
from console.desk.errors import UsageError
from infra.settings import Settings, read_settings

if TYPE_CHECKING:  # drivers that half of the commands do not need
    from console.desk.ports import Office

Offices: TypeAlias = "Callable[[Settings], AbstractAsyncContextManager[Office]]"


def main() -> None:
    """Run the words of the process and end it with the command's exit code."""
    sys.exit(run(sys.argv[1:]))


def run(
    words: Sequence[str],
    *,
    offices: "Offices | None" = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> Exit:
    """Run one command line; return how it ended.

    Args:
        words: Without the program's name.
        offices: Opens a home; by default the real one.
        out: Standard output unless given.
        err: Standard error unless given.
    """
    terminal = Terminal(is_json=wants_json(words), out=out, err=err)
    try:
        return _run(words, terminal, offices or _home_office)
    except CycloptsError as error:
        return _told(terminal, fault_from(Exit.BAD_INPUT, _plain(error)))
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last that can tell a person
        return _failed(terminal, error)


def _run(words: Sequence[str], terminal: Terminal, offices: Offices) -> Exit:
    if any(not _is_text(word) for word in words):
        raise UsageError("each word", "be text in UTF-8", remedy="type it again")
    options, rest = split(words)
    command, bound, injected = application().parse_args(rest or ["--help"])
    if "desk" not in injected:  # help and version need nothing
        command(*bound.args, **bound.kwargs)
        return Exit.DONE
    settings = read_settings()
    if options.home is not None:
        settings = replace(settings, home=options.home)
    import uvloop  # help needs no loop

    def called(desk: Desk) -> object:
        return command(*bound.args, **bound.kwargs, desk=desk)

    def opening(stack: AsyncExitStack) -> _Opening:
        return _Opening(offices, settings, stack)

    return uvloop.run(_with_desk(called, opening, options, terminal))


def _is_text(word: str) -> bool:
    """Whether a word came as text: bytes of another encoding turn into lone surrogates."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


async def _with_desk(
    called: Callable[[Desk], object],
    opening_in: Callable[[AsyncExitStack], "_Opening"],
    options: Options,
    terminal: Terminal,
) -> Exit:
    async with AsyncExitStack() as stack:
        opening = opening_in(stack)
        desk = Desk(
            terminal=terminal,
            office=opening.office,
            settings=opening.settings,
            actor=options.actor or _login_name(),
            shows_names=options.shows_names,
        )
        ended = called(desk)
        if inspect.isawaitable(ended):
            ended = await ended
    return ended if isinstance(ended, Exit) else Exit.DONE


class _Opening:
    """Opens the home once, when a command first asks for it."""

    def __init__(self, offices: Offices, settings: Settings, stack: AsyncExitStack) -> None:
        self._offices = offices
        self.settings = settings
        self._stack = stack
        self._office: Office | None = None

    async def office(self) -> "Office":
        if self._office is None:
            self._office = await self._stack.enter_async_context(self._offices(self.settings))
        return self._office


def _failed(terminal: Terminal, error: BaseException) -> Exit:
    fault = fault_of(error)
    if fault is None:
        traceback.print_exception(error)
        name = type(error).__name__
        fault = fault_from(Exit.FAULT, f"our own mistake ({name}): please report the lines above")
    return _told(terminal, fault)


def _told(terminal: Terminal, fault: Fault) -> Exit:
    terminal.fail(fault, fault.sentences)
    return Exit(fault.exit_code)


def _home_office(settings: Settings) -> "AbstractAsyncContextManager[Office]":
    from console.desk.local_home import home_office  # drivers that help does not need

    return home_office(settings)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise UsageError(
            "--as", "say who asks", remedy="this machine knows no login name"
        ) from None


def _plain(error: CycloptsError) -> str:
    """Return the library's sentence on one line, without the code it would quote."""
    error.verbose = False
    sentence = " ".join(str(error).split()).rstrip(".")
    return f"{sentence}; --help after a command shows its options"
