"""Holds: stated reasons why touches wait, and their end."""

from console.cli.asking import ask, ask_and_show, show_receipt
from console.cli.context import Context
from console.cli.parameters import AccountName, ToldReason
from console.desk.asking import first_of
from console.desk.finding import account_to_ask, hold_of, person_of
from console.desk.moments import day_of
from engine.events import HoldPlaced
from engine.requests import Pause, Resume


async def pause(
    account: AccountName,
    *,
    context: Context,
    reason: ToldReason,
    enrolment: int = 0,
    person: str = "",
    until: str = "",
) -> None:
    """Hold an account, one of its enrolments, or one person: nothing goes out meanwhile.

    Args:
        enrolment: Only this enrolment.
        person: Only this person: id or role.
        until: Day on which it ends by itself.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    request = Pause(
        reason=reason,
        enrolment=enrolment,
        person=await person_of(views, known, person),
        until=day_of(until, name="--until") if until else None,
    )
    what = f"pause {known.label}"
    decisions = await ask(context, known.stream, request, what=what)
    placed = first_of(decisions, HoldPlaced)
    undo = f"relance resume {known.id} {placed.hold}" if placed else ""
    show_receipt(context, what, decisions, undo=undo)


async def resume(account: AccountName, hold: int | None = None, *, context: Context) -> None:
    """Lift one hold: what it covered lands again, with the delay that remained.

    Args:
        hold: Its number; by default the only one in force.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    number = await hold_of(views, known, hold)
    what = f"lift hold {number} of {known.label}"
    await ask_and_show(context, known.stream, Resume(hold=number), what=what)
