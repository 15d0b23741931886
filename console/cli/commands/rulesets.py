"""Rulesets: calendars, windows, caps, cool-downs of a workspace."""

from datetime import date
from pathlib import Path

from cyclopts import App

from console.cli.asking import ask
from console.cli.context import CommandContext, Context
from console.cli.show.rulesets import draw_extension, draw_published, draw_tried
from console.cli.terminal import flat
from console.desk.asking import DecisionReceipt, first_of
from console.desk.errors import UsageError
from console.desk.replanning import accounts_to_plan, ask_to_plan, tried
from engine.events import RulesetPublished
from engine.ids import WORKSPACE
from engine.requests import PublishRuleset
from infra.clock import WallClock
from projections.queries.published import ruleset_published
from sequences.rulesets import FRENCH, load_ruleset

YEARS_AHEAD = 5

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


@app.command
def extend(
    path: Path = FRENCH,
    *,
    context: Context,
    until: int = 0,
    name: str = "",
    out: Path | None = None,
) -> None:
    """Write the next years of the calendars into another version of a ruleset file.

    Public holidays are computed; of schools, the installed library says what is decided.
    Needs no running Relance, and puts nothing in force.

    Args:
        path: The file to begin with; by default the French one that comes with Relance.
        until: Last year of public holidays; by default five years later than now.
        name: What the new version is called; by default fr-YEAR.MONTH of today, or that and .2.
        out: Where to write it; by default NAME.yaml in this folder.
    """
    from sequences.extending import extend as extended  # calendars that other commands spare

    today = WallClock().now().date()
    with context.terminal.busy("reading the calendars"):
        extension = extended(
            path,
            version=name or _version_of(today, known=load_ruleset(path).version),
            until_year=until or today.year + YEARS_AHEAD,
            read_on=today,
        )
    file = out or Path(f"{extension.version}.yaml")
    _write_new(file, extension.text)
    document = flat(extension, "text", file=str(file))
    context.terminal.show(document, lambda console: draw_extension(console, extension, file))


def _version_of(today: date, *, known: str) -> str:
    """Return a name that the version before does not have."""
    version = f"fr-{today:%Y.%m}"
    if not known.startswith(version):
        return version
    former = known.removeprefix(version).removeprefix(".")
    return f"{version}.{int(former) + 1 if former.isdigit() else 2}"


def _write_new(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        remedy = "name another with --out, or another version with --name"
        raise UsageError("--out", "name no file yet", str(file), remedy=remedy) from None
    except OSError as error:
        raise UsageError("--out", "be a place to write to", type(error).__name__) from None
