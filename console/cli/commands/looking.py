"""Look at where things stand: pipeline, timeline, one touch, status, suppressions."""

from typing import Annotated

from cyclopts import Parameter

from console.cli.desk import At
from console.cli.documents import flat
from console.cli.show.pipeline import draw_pipeline
from console.cli.show.rules import explained
from console.cli.show.status import Standing, draw_status, draw_suppressions
from console.cli.show.timeline import draw_timeline, timeline_document
from console.cli.show.why import draw_why, rules_named
from console.desk.clock import now_of
from console.desk.errors import UsageError
from console.desk.finding import account_to_read
from console.desk.moments import instant_of, today_of
from console.desk.names import touch_of
from console.desk.people import fields_of, opened_names
from engine.rule_ids import RULES


async def pipeline(*, desk: At) -> None:
    """Show accounts by status and stage, campaign progress, ageing, dated next points."""
    now_at = await now_of(desk)
    found = await (await (await desk.office()).views()).pipeline(today_of(now_at))
    document = flat(
        found,
        all_accounts=flat(found.all_accounts, share=round(found.all_accounts.share, 4)),
        enrolled_accounts=flat(
            found.enrolled_accounts, share=round(found.enrolled_accounts.share, 4)
        ),
    )
    desk.terminal.show(document, lambda console: draw_pipeline(console, found))


async def timeline(account: str, *, desk: At, as_of: str = "", last: int = 0) -> None:
    """Show everything that happened and is planned for an account.

    Args:
        account: Its id, SIREN, or name; a part of the name will do.
        as_of: Leave out what was decided after this instant.
        last: Show only so many of the latest decisions; 0 shows all.
    """
    views = await (await desk.office()).views()
    found = await account_to_read(views, account)
    zone = (await views.account(found.number)).time_zone
    as_of_at = instant_of(as_of, name="--as-of", zone=zone) if as_of else None
    line = await views.timeline(found, as_of_at=as_of_at)
    people = {one.person: one.fields for one in line.people}
    names = await opened_names(desk, people)
    desk.terminal.show(
        timeline_document(line, names, last=last),
        lambda console: draw_timeline(console, line, names, zone=zone, last=last),
    )


async def why(touch: str, *, desk: At) -> None:
    """Show one touch: what was asked, what moved it, where it landed, why not.

    Args:
        touch: Its name, `T-217901911-4`.
    """
    account, _ = touch_of(touch)
    views = await (await desk.office()).views()
    found = await views.why(f"T-{touch[2:]}")
    if found is None:
        remedy = f"`relance timeline {account}` lists the touches of the account"
        raise UsageError("the touch", "be known", touch, remedy=remedy)
    row = await views.account((await account_to_read(views, account)).number)
    people = await views.people(row.account)
    names = await opened_names(desk, fields_of(people))
    is_invented = any(one.is_invented for one in people if one.person == found.touch.person)
    document = flat(
        found,
        name=names.get(found.touch.person, ""),
        is_invented=is_invented,
        rules=explained(RULES, rules_named(found)),
    )
    desk.terminal.show(
        document,
        lambda console: draw_why(
            console, found, names, zone=row.time_zone, is_invented=is_invented
        ),
    )


async def status(*, desk: At) -> None:
    """Show what runs, what waits, what needs a person, how healthy the log is."""
    office = await desk.office()
    door = await office.door()
    health = await door.health()
    found = await (await office.views()).status(today_of(health.now_at))
    standing = Standing(home=str(office.home), health=health, status=found)
    desk.terminal.show(
        flat(
            standing,
            status=flat(found, attention=[flat(one, id=one.id) for one in found.attention]),
        ),
        lambda console: draw_status(console, standing),
    )


async def suppressions(
    *, desk: At, count: Annotated[int, Parameter(name="--count")] = 1000
) -> None:
    """Show the addresses to which nothing goes; they are known by their tag.

    Args:
        count: Show at most so many, newest first.
    """
    found = await (await (await desk.office()).views()).suppressions(count_max=count)
    desk.terminal.show(found, lambda console: draw_suppressions(console, found))
