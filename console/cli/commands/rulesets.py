"""Rulesets: calendars, windows, caps, cool-downs of a workspace."""

from pathlib import Path

from cyclopts import App

from console.cli.asking import ask
from console.cli.context import CommandContext, Context
from console.cli.show.rulesets import draw_published, draw_tried
from console.cli.terminal import flat
from console.desk.asking import DecisionReceipt, first_of
from console.desk.replanning import accounts_to_plan, ask_to_plan, tried
from engine.events import RulesetPublished
from engine.ids import WORKSPACE
from engine.requests import PublishRuleset
from projections.queries.published import ruleset_published
from sequences.rulesets import FRENCH, load_ruleset

app = App(name="rulesets")


@app.command
async def publish(path: Path = FRENCH, *, context: Context, preview: bool = False) -> None:
    """Put a ruleset in force, and plan again by it what lies ahead.

    What moves is shown first.  Then the ruleset binds every attempt, and a batch asks each
    account that goes through a sequence to plan again; interrupted, the same command goes on.

    Args:
        path: A ruleset file; by default the French one that comes with Relance.
        preview: Only show what would move: nothing is published.
    """
    with context.terminal.busy("reading the calendars"):
        ruleset = load_ruleset(path)
    accounts = await accounts_to_plan(context.session)
    with context.terminal.busy(f"trying {ruleset.version} on what is planned"):
        trial = await tried(context.session, accounts, ruleset)
    if preview:
        context.terminal.show(trial, lambda console: draw_tried(console, trial))
        return
    what = f"publish ruleset {ruleset.version}"
    request = PublishRuleset(ruleset=ruleset)
    published = await ask(context, WORKSPACE, request, what=what)
    w = await _publication(context, published)
    with context.terminal.counting("planning again") as progressed:
        decisions = await ask_to_plan(
            context.session, accounts, ruleset=ruleset.version, w=w, progressed=progressed
        )
    moved_count = sum(decision.outcome == "events" for decision in decisions)
    document = flat(trial, done=what, decisions=published, moved_account_count=moved_count)
    context.terminal.show(
        document, lambda console: draw_published(console, what, trial, moved_count=moved_count)
    )


async def _publication(context: CommandContext, decisions: tuple[DecisionReceipt, ...]) -> int:
    """Return the number of the ruleset's publication: this one, or an earlier of the same."""
    event = first_of(decisions, RulesetPublished)
    if event is None:
        event = await (await context.home.published()).ask(ruleset_published)
    return event.w if event is not None else 0
