"""Views: compare each with a fold of the whole log."""

from cyclopts import App

from console.cli.desk import At
from console.cli.exits import Exit
from console.cli.show.projections import draw_checked

app = App(name="projections", help="Compare the views with a fold from zero.")


@app.command
async def check(*, desk: At) -> Exit:
    """Compare each view with a fold of the whole log; exit code 5 if one differs."""
    views = await (await desk.office()).views()
    with desk.terminal.busy("folding the log from zero"):
        checked = await views.check()
    desk.terminal.show(checked, lambda console: draw_checked(console, checked))
    return Exit.DAMAGE if any(one.differences for one in checked) else Exit.DONE
