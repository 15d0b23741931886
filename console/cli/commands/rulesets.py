"""Rulesets: calendars, windows, caps, cool-downs of a workspace."""

from pathlib import Path

from cyclopts import App

from console.cli.desk import At
from console.desk.asking import ask, show_done
from engine.ids import WORKSPACE
from engine.requests import PublishRuleset
from sequences.rulesets import FRENCH, load_ruleset

app = App(name="rulesets", help="Put a ruleset in force: calendars, windows, caps.")


@app.command
async def publish(path: Path = FRENCH, *, desk: At) -> None:
    """Put a ruleset in force; plans made before keep the version they name.

    Args:
        path: A ruleset file; by default the French one that comes with Relance.
    """
    with desk.terminal.busy("reading the calendars"):
        ruleset = load_ruleset(path)
    what = f"publish ruleset {ruleset.version}"
    request = PublishRuleset(ruleset=ruleset)
    show_done(desk, what, await ask(desk, WORKSPACE, request, what=what))
