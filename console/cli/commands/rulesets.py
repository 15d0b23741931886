"""Rulesets: calendars, windows, caps, cool-downs of a workspace."""

from pathlib import Path

from cyclopts import App

from console.cli.asking import ask_and_show
from console.cli.context import Context
from engine.ids import WORKSPACE
from engine.requests import PublishRuleset
from sequences.rulesets import FRENCH, load_ruleset

app = App(name="rulesets")


@app.command
async def publish(path: Path = FRENCH, *, context: Context) -> None:
    """Put a ruleset in force; plans made before keep the version they name.

    Args:
        path: A ruleset file; by default the French one that comes with Relance.
    """
    with context.terminal.busy("reading the calendars"):
        ruleset = load_ruleset(path)
    what = f"publish ruleset {ruleset.version}"
    request = PublishRuleset(ruleset=ruleset)
    await ask_and_show(context, WORKSPACE, request, what=what)
