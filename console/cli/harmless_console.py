"""Draw what people read, none of which can steer their terminal."""

from typing import Any

from rich.console import Console
from rich.text import Text

from console.cli.harmless import shown


class HarmlessConsole(Console):
    """Takes steering characters out of each text before it is laid out."""

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - rich's own, handed on
        """Return a text as rich renders it, without what would steer the terminal."""
        return super().render_str(shown(text), **options)
