"""Where commands write: tables for people, or one JSON document for programs."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec
from msgspec import Struct

from console.cli.harmless import escaped, shown

if TYPE_CHECKING:  # a hundred milliseconds that a JSON document does not need
    from rich.console import Console

Render = Callable[["Console"], None]
WIDTH_WITHOUT_TERMINAL = 140
_FOREIGN = re.compile("[^\x00-\x7f]")


class Terminal:
    """Standard output for what was asked for, standard error for everything else."""

    def __init__(
        self, *, is_json: bool = False, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self.is_json = is_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    def show(self, document: object, render: Render) -> None:
        """Write the one result of a command: as a document, or as `render` draws it."""
        if self.is_json:
            self._write(self._out, encoded(document))
        elif self._out.isatty():
            render(self._console(self._out))
        else:
            console = self._console(self._out)
            with console.capture() as captured:
                render(console)
            # A table pads its cells: what is piped on is cut, counted and compared.
            lines = captured.get().rstrip("\n").split("\n")
            self._write(self._out, "\n".join(line.rstrip() for line in lines))
        self._out.flush()

    def line(self, document: object, text: str) -> None:
        """Write one of many results: a document a line, or a line of text."""
        document_line = msgspec.json.encode(document, enc_hook=_plain).decode
        self._write(self._out, escaped(document_line()) if self.is_json else shown(text))
        self._out.flush()

    def fail(self, document: object, line: str) -> None:
        """Write why a command did not do what it was asked."""
        self._write(self._err, encoded(document) if self.is_json else shown(line))
        self._err.flush()

    def note(self, sentence: str) -> None:
        """Tell a person something beside the result; a document has no room for it."""
        if not self.is_json:
            self._write(self._err, shown(sentence))
            self._err.flush()

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """Show that something takes a while; only to a person who looks."""
        if not self.is_watched:
            yield
            return
        with self._console(self._err).status(what):
            yield

    @contextmanager
    def counting(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """Give a function that shows how many of how many are done, to a person who looks."""
        if not self.is_watched:
            yield lambda _done, _total: None
            return
        from rich.progress import Progress  # heavy, and not for documents

        with Progress(console=self._console(self._err), transient=True) as bar:
            task = bar.add_task(what)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    @property
    def is_watched(self) -> bool:
        """Say whether a person looks at progress."""
        return not self.is_json and self._err.isatty()

    def error_console(self) -> "Console":
        """Return the console of standard error, for progress."""
        return self._console(self._err)

    def _write(self, stream: TextIO, text: str) -> None:
        """Write what a stream's encoding may not hold as JSON says it, or as a question mark."""
        encoding = getattr(stream, "encoding", None) or "utf-8"
        if self.is_json:
            text = _FOREIGN.sub(partial(_escaped, encoding), text)
        stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")

    def _console(self, stream: TextIO) -> "Console":
        from console.cli.harmless_console import HarmlessConsole  # heavy, and not for documents

        width = None if stream.isatty() else WIDTH_WITHOUT_TERMINAL
        return HarmlessConsole(file=stream, highlight=False, soft_wrap=False, width=width)


def flat(struct: Struct, *leave_out: str, **added: object) -> dict[str, object]:
    """Return a struct's fields by name, without some, with others, sealed ones never opened.

    Examples:
        >>> from engine.plan import Role
        >>> flat(Role(name="dgs", is_required=True), "is_required", label="DGS")
        {'name': 'dgs', 'label': 'DGS'}
    """
    fields = {name: getattr(struct, name) for name in struct.__struct_fields__}
    return {name: value for name, value in (fields | added).items() if name not in leave_out}


def encoded(document: object) -> str:
    """Return a document as indented JSON, instants in UTC."""
    data = msgspec.json.encode(document, enc_hook=_plain)
    return escaped(msgspec.json.format(data, indent=2).decode())


def _escaped(encoding: str, match: re.Match[str]) -> str:
    try:
        match[0].encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(match[0])[1:-1]
    return match[0]


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value).__name__)
