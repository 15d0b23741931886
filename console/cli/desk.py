"""What every command is handed: its options, the terminal, and the way to the home."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

from console.cli.terminal import Terminal
from infra.settings import Settings

if TYPE_CHECKING:  # drivers that half of the commands do not need
    from console.desk.ports import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One command's surroundings."""

    terminal: Terminal
    office: "Callable[[], Awaitable[Office]]"  # opens the home when first asked
    settings: Settings
    actor: str
    shows_names: bool = True


At: TypeAlias = Annotated[Desk, Parameter(parse=False)]
"""How a command asks for its desk: handed in, never typed."""
