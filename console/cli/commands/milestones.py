"""Milestones: the dated next points; fix one."""

from cyclopts import App

from console.cli.asking import ask_and_show
from console.cli.context import Context
from console.cli.parameters import AccountName
from console.cli.show.milestones import draw_milestones, milestones_document
from console.desk.errors import UsageError
from console.desk.finding import account_to_ask
from console.desk.milestones import next_points
from console.desk.moments import next_point_of
from engine.requests import SetMilestone

app = App(name="milestones")


@app.default
async def show(*, context: Context, overdue: bool = False, mine: bool = False) -> None:
    """Show the next points by day, and the open accounts that have none.

    Args:
        overdue: Only points whose day has passed.
        mine: Only what no colleague fixed, or claimed the task of.
    """
    found = await next_points(context.session, is_overdue=overdue, is_mine=mine)
    today = await context.session.today()
    context.terminal.show(
        milestones_document(found), lambda console: draw_milestones(console, found, today=today)
    )


@app.command(name="set")
async def fix(
    account: AccountName,
    *,
    context: Context,
    next_point: str = "",
    on: str = "",
    object: str = "",  # noqa: A002 - the option's name
    deliverable: str = "",
    enrolment: int = 0,
) -> None:
    """Fix the account's next point: when, about what, bringing what.

    Args:
        next_point: The three at once: DATE|OBJECT|DELIVERABLE.
        on: Its date.
        object: What it is about.
        deliverable: What it brings, with its article: "un estimatif sur trois ans".
        enrolment: The enrolment it came from, if one.
    """
    point = next_point_of(next_point, on=on, about=object, deliverable=deliverable)
    if point is None:
        remedy = "such as --next-point '2027-03-01|point budget|un estimatif'"
        raise UsageError("the next point", "be given", "none", remedy=remedy)
    views = await context.home.views()
    known = await account_to_ask(views, account)
    what = f"fix the next point of {known.label} on {point.on.isoformat()}"
    request = SetMilestone(next_point=point, enrolment=enrolment)
    await ask_and_show(context, known.stream, request, what=what)
