"""Views: compare each with a fold of the whole log, build one again."""

from cyclopts import App

from console.cli.context import Context
from console.cli.exits import Exit
from console.cli.show.projections import draw_checked, draw_rebuilt
from console.desk.errors import UsageError
from projections.views import VIEWS

app = App(name="projections")


@app.command
async def check(*, context: Context) -> Exit:
    """Compare each view with a fold of the whole log; exit code 5 if one differs."""
    views = await context.home.views()
    with context.terminal.busy("folding the log from zero"):
        checked = await views.check()
    context.terminal.show(checked, lambda console: draw_checked(console, checked))
    return Exit.DAMAGE if any(view.differences for view in checked) else Exit.DONE


@app.command
async def rebuild(*names: str, context: Context) -> None:
    """Build views again from zero beside those in use, then put them in their place.

    People go on working meanwhile; killed in between, nothing has changed.

    Args:
        names: Which views; none names them all.
    """
    wanted = names or tuple(view.name for view in VIEWS)
    for name in wanted:
        check_view(name)
    views, rebuilt = await context.home.views(), {}
    for name in wanted:
        with context.terminal.counting(f"rebuilding {name}") as progressed:
            rebuilt[name] = await views.rebuild(name, progressed)
    context.terminal.show(rebuilt, lambda console: draw_rebuilt(console, rebuilt))


def check_view(name: str) -> None:
    """Raise unless a view has this name."""
    known = [view.name for view in VIEWS]
    if name not in known:
        raise UsageError("the view", f"be one of {', '.join(known)}", name)
