"""Suppressions: whom and what nothing goes to, a recording error lifted, a point marked."""

from cyclopts import App

from console.cli.asking import ask_all, show_receipt
from console.cli.context import Context
from console.cli.parameters import AtLeastOne, PersonInvolved
from console.cli.show.status import draw_suppressions
from console.desk.asking import intake_of
from console.desk.errors import UsageError
from console.desk.objections import Aim, aim_of, submissions
from engine.ids import StreamId, StreamKind, stream_id
from engine.requests import LiftObjection, MarkPoint
from infra.intake import Submission, new_input_id
from projections.queries.suppressions import suppressions as query_suppressions

app = App(name="suppressions")


@app.default
async def suppressions(
    *,
    context: Context,
    count: AtLeastOne = 1000,
    lifted: bool = False,
) -> None:
    """Show the people and addresses that nothing goes to, and why, newest first.

    Args:
        count: At most so many.
        lifted: Those that were recorded by mistake and lifted, too.
    """
    views = await context.home.views()
    found = await views.ask(query_suppressions, count_max=count, with_lifted=lifted)
    context.terminal.show(found, lambda console: draw_suppressions(console, found))


@app.command
async def lift(
    target: str = "",
    *,
    context: Context,
    reason: str,
    person: PersonInvolved = "",
    address: str = "",
    number: str = "",
) -> None:
    """An objection was recorded by mistake: contact is allowed again.

    Within seven days, with a reason, and never what a person said first hand.  What the
    objection withdrew stays withdrawn: enrol or assign the person again.

    Args:
        target: The touch, or the account (then --person says who).
        reason: What went wrong; sealed before it is stored.
        address: The e-mail address by which it was recorded.
        number: The telephone number, the same.
    """
    aim = await aim_of(context.session, target, person, address=address, number=number)
    if not reason.strip():
        raise UsageError("--reason", "say what went wrong", remedy="give a sentence")
    intake = await intake_of(context.session)
    asked: list[Submission] = []
    for stream in _streams(aim):
        input_id = new_input_id()
        (sealed,) = await intake.seal(
            aim.person or f"lift:{input_id}", {"lift_reason": reason.strip()}, input_id=input_id
        )
        asked.append(Submission(id=input_id, stream=stream, request=LiftObjection(reason=sealed)))
    what = f"lift an objection of {aim.label}"
    show_receipt(context, what, await ask_all(context, asked, what=what))


@app.command
async def mark(
    *,
    context: Context,
    address: str = "",
    number: str = "",
    shared: bool = False,
    own: bool = False,
) -> None:
    """Say whether an address or a number is shared by several people, or one person's own.

    Args:
        address: An e-mail address.
        number: A telephone number.
        shared: A switchboard, a common mailbox: an objection by it stops that channel alone.
        own: One person's, under whatever ids it is known: an objection by it is that person's.
    """
    if shared == own:
        given = "both" if shared else "neither"
        raise UsageError("suppressions mark", "be told --shared or --own", given)
    aim = await aim_of(context.session, "", "", address=address, number=number)
    asked = [(stream, MarkPoint(is_shared=shared)) for stream in _streams(aim)]
    what = f"mark {aim.label} as {'shared' if shared else 'own'}"
    show_receipt(context, what, await ask_all(context, submissions(asked), what=what))


def _streams(aim: Aim) -> tuple[StreamId, ...]:
    """Return whose objection may have been recorded: the person's, and each point named."""
    points = tuple(stream_id(StreamKind.CONTACT_POINT, tag) for tag in aim.tags)
    return (stream_id(StreamKind.PERSON, aim.person), *points) if aim.person else points
