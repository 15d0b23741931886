"""Where the command line begins: read the words, run one command, end with its code."""

import getpass
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO, TypeAlias

from cyclopts import CycloptsError, UnknownCommandError, UnusedCliTokensError

from console.cli.application import application
from console.cli.context import CommandContext
from console.cli.exits import ErrorDocument, Exit, document_from, document_of
from console.cli.options import Options, split, wants_json
from console.cli.terminal import Terminal
from console.desk.errors import UsageError
from console.desk.session import Session
from infra.settings import Settings, read_settings

if TYPE_CHECKING:  # drivers that half of the commands do not need
    from console.desk.ports import Home

OpenHome: TypeAlias = "Callable[[Settings, AsyncExitStack], Home]"
SOURCE = "cli"


def main() -> None:
    """Run the words of the process and end it with the command's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # help is written by a library
    code: int = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_reads()
    sys.exit(code)


def run(
    words: Sequence[str],
    *,
    open_home: "OpenHome | None" = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> Exit:
    """Run one command line; return how it ended.

    Args:
        words: Without the program's name.
        open_home: Gives a home, whose parts the stack closes; by default the real one.
        out: Standard output unless given.
        err: Standard error unless given.
    """
    terminal = Terminal(is_json=wants_json(words), out=out, err=err)
    try:
        return _run(words, terminal, open_home or _local_home)
    except (BrokenPipeError, SystemExit):  # the latter is how rich says the former
        return _nobody_reads()
    except (UnknownCommandError, UnusedCliTokensError) as error:
        return _told(terminal, document_from(Exit.BAD_INPUT, _unknown(error)))
    except CycloptsError as error:
        return _told(terminal, document_from(Exit.BAD_INPUT, _plain(error)))
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last that can tell a person
        return _failed(terminal, error)


def _nobody_reads() -> Exit:
    """End as others do of whom `head` has read enough."""
    # What is still buffered has nowhere to go: the interpreter must not try once more.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.NOBODY_READS


def _run(words: Sequence[str], terminal: Terminal, open_home: OpenHome) -> Exit:
    if any(not _is_text(word) for word in words):
        raise UsageError("each word", "be text in UTF-8", remedy="type it again")
    options, rest = split(words)
    command, bound, injected = application().parse_args(rest or ["--help"])
    if "context" not in injected:  # help and version need nothing
        command(*bound.args, **bound.kwargs)
        return Exit.DONE
    import uvloop  # help needs no loop

    def called(context: CommandContext) -> object:
        return command(*bound.args, **bound.kwargs, context=context)

    return uvloop.run(_with_context(called, options, terminal, open_home))


def _is_text(word: str) -> bool:
    """Whether a word came as text: bytes of another encoding turn into lone surrogates."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


async def _with_context(
    called: Callable[[CommandContext], object],
    options: Options,
    terminal: Terminal,
    open_home: OpenHome,
) -> Exit:
    settings = read_settings()
    if options.home is not None:
        settings = replace(settings, home=options.home)
    async with AsyncExitStack() as stack:
        session = Session(
            cache(lambda: open_home(settings, stack)),
            actor=options.actor or _login_name(),
            source=SOURCE,
            shows_names=options.shows_names,
        )
        ended = called(CommandContext(terminal=terminal, settings=settings, session=session))
        if inspect.isawaitable(ended):
            ended = await ended
    return ended if isinstance(ended, Exit) else Exit.DONE


def _failed(terminal: Terminal, error: BaseException) -> Exit:
    document = document_of(error)
    if document is None:
        traceback.print_exception(error)
        name = type(error).__name__
        document = document_from(
            Exit.FAULT, f"our own mistake ({name}): please report the lines above"
        )
    return _told(terminal, document)


def _told(terminal: Terminal, document: ErrorDocument) -> Exit:
    terminal.fail(document, document.line)
    return Exit(document.exit_code)


def _local_home(settings: Settings, stack: AsyncExitStack) -> "Home":
    from console.desk.local_home import LocalHome  # drivers that help does not need

    return LocalHome(settings, stack)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise UsageError(
            "--as", "say who asks", remedy="this machine knows no login name"
        ) from None


def _unknown(error: UnknownCommandError | UnusedCliTokensError) -> str:
    """Return what was typed and means nothing there, and the nearest command that there is."""
    typed, *_ = error.unused_tokens or [""]
    chain = " ".join(("relance", *(error.command_chain or ())))
    known = [name for name in error.app or () if not name.startswith("-")]
    near = get_close_matches(typed, known, n=1)
    did = f"did you mean {near[0]}? " if near else ""
    expected = "a command" if isinstance(error, UnknownCommandError) else f"no more after `{chain}`"
    return f"expected {expected}, got: {typed}; {did}`{chain} --help` says what it takes"


def _plain(error: CycloptsError) -> str:
    """Return the library's sentence on one line, without the code it would quote."""
    error.verbose = False
    sentence = " ".join(str(error).split()).rstrip(".")
    return f"{sentence}; --help after a command shows its options"
