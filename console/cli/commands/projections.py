"""Views: compare each with a fold of the whole log."""

from cyclopts import App

from console.cli.context import Context
from console.cli.exits import Exit
from console.cli.show.projections import draw_checked

app = App(name="projections")


@app.command
async def check(*, context: Context) -> Exit:
    """Compare each view with a fold of the whole log; exit code 5 if one differs."""
    views = await context.home.views()
    with context.terminal.busy("folding the log from zero"):
        checked = await views.check()
    context.terminal.show(checked, lambda console: draw_checked(console, checked))
    return Exit.DAMAGE if any(view.differences for view in checked) else Exit.DONE
