"""Look at where things stand: pipeline, timeline, one touch, status."""

from typing import NoReturn

from console.cli.context import Context
from console.cli.parameters import AtLeastNone
from console.cli.show.pipeline import draw_pipeline
from console.cli.show.rules import explained
from console.cli.show.status import StatusDocument, draw_status
from console.cli.show.timeline import draw_timeline, timeline_document
from console.cli.show.why import draw_why, rules_named
from console.cli.terminal import flat
from console.desk.clock_words import clock_text
from console.desk.errors import UsageError
from console.desk.finding import account_to_read, touch_to_read
from console.desk.free_texts import opened_texts
from console.desk.moments import instant_of
from console.desk.names import fields_of, opened_names
from console.desk.words import touch_of
from engine.rule_ids import RULES
from projections.accounts.organisations import AccountRow
from projections.queries.accounts import account_numbered, people_of_account
from projections.queries.pipeline import pipeline as query_pipeline
from projections.queries.status import status as query_status
from projections.queries.timeline import timeline as query_timeline
from projections.queries.timeline import timeline_as_of
from projections.queries.why import why_as_of


async def pipeline(*, context: Context) -> None:
    """Show accounts by status and stage, campaign progress, ageing, dated next points."""
    found = await (await context.home.views()).ask(query_pipeline, await context.session.today())
    document = flat(
        found,
        all_accounts=flat(found.all_accounts, share=round(found.all_accounts.share, 4)),
        enrolled_accounts=flat(
            found.enrolled_accounts, share=round(found.enrolled_accounts.share, 4)
        ),
    )
    context.terminal.show(document, lambda console: draw_pipeline(console, found))


async def timeline(
    account: str,
    *,
    context: Context,
    as_of: str = "",
    last: AtLeastNone = 0,
) -> None:
    """Show everything that happened and is planned for an account.

    Args:
        account: Its id, SIREN, or name; a part of the name will do.
        as_of: Show it as it stood at this instant, its people, holds and plan too.
        last: Show only so many of the latest decisions; 0 shows all.
    """
    views = await context.home.views()
    known = await account_to_read(views, account)
    row = await views.ask(account_numbered, known.number)
    zone = row.time_zone
    if as_of:
        at = instant_of(as_of, name="--as-of", zone=zone)
        then = await views.ask(timeline_as_of, known, at=at, last=last)
        found = then or _not_known_by_then(row, as_of)
    else:
        found = await views.ask(query_timeline, known, last=last)
    found = await opened_texts(context.session, found)
    people = {person.person: person.fields for person in found.people}
    names = await opened_names(context.session, people)
    context.terminal.show(
        timeline_document(found, names),
        lambda console: draw_timeline(console, found, names, zone=zone),
    )


async def why(touch: str, *, context: Context, as_of: str = "") -> None:
    """Show one touch: what was asked, what moved it, where it landed, why not.

    Args:
        touch: Its name, `T-217901911-4`.
        as_of: Show it as it stood at this instant.
    """
    account, number = touch_of(touch)
    views = await context.home.views()
    found = await touch_to_read(views, account, number)
    known = await account_to_read(views, account)
    found_in = await views.ask(account_numbered, known.number)
    if as_of:
        at = instant_of(as_of, name="--as-of", zone=found_in.time_zone)
        then = await views.ask(why_as_of, known, number, at=at)
        if then is None:
            first_at = clock_text(found.steps[0].at, found_in.time_zone)
            raise UsageError("--as-of", f"be {first_at} or later: so old is the touch", as_of)
        found = then
    found = await opened_texts(context.session, found)
    people = await views.ask(people_of_account, found_in.account)
    names = await opened_names(context.session, fields_of(people))
    is_invented = any(row.is_invented for row in people if row.person == found.touch.person)
    document = flat(
        found,
        name=names.get(found.touch.person, ""),
        is_invented=is_invented,
        rules=explained(RULES, rules_named(found)),
    )
    context.terminal.show(
        document,
        lambda console: draw_why(
            console, found, names, zone=found_in.time_zone, is_invented=is_invented
        ),
    )


def _not_known_by_then(row: AccountRow, as_of: str) -> NoReturn:
    added_at = clock_text(row.added_at, row.time_zone)
    raise UsageError("--as-of", f"be {added_at} or later: so old is the account", as_of)


async def status(*, context: Context) -> None:
    """Show what runs, what waits, what needs a person, how healthy the log is."""
    health = await context.session.health()
    found = await (await context.home.views()).ask(query_status, await context.session.today())
    found = await opened_texts(context.session, found)
    whole = StatusDocument(home=str(context.home.folder), health=health, status=found)
    context.terminal.show(
        flat(
            whole,
            status=flat(found, attention=[flat(touch, id=touch.id) for touch in found.attention]),
        ),
        lambda console: draw_status(console, whole),
    )
