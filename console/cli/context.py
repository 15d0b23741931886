"""What every command is handed: the terminal, the settings, and the session it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

from console.cli.terminal import Terminal
from console.desk.session import Session
from infra.settings import Settings

if TYPE_CHECKING:  # drivers that half of the commands do not need
    from console.desk.ports import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """One command's surroundings."""

    terminal: Terminal
    settings: Settings
    session: Session

    @property
    def home(self) -> "Home":
        """Return the home that the command is about."""
        return self.session.home


Context: TypeAlias = Annotated[CommandContext, Parameter(parse=False)]
"""How a command asks for its context: handed in, never typed."""
