"""Touches: plan one by hand, leave one out, settle one in doubt."""

from cyclopts import App

from console.cli.asking import ask, ask_and_show, show_receipt
from console.cli.context import Context
from console.cli.parameters import AccountName, ToldReason, TouchName
from console.desk.asking import first_of
from console.desk.errors import UsageError
from console.desk.finding import account_to_ask, enrolment_of, person_of
from console.desk.moments import day_of
from console.desk.words import touch_of
from engine.events import TouchPlanned
from engine.ids import StreamKind, stream_id, touch_id
from engine.requests import AddTouch, SettleTouch, SkipTouch
from engine.values import Channel

app = App(name="touches")


@app.command
async def add(
    account: AccountName,
    *,
    context: Context,
    person: str,
    channel: Channel,
    on: str,
    reason: ToldReason,
    enrolment: int | None = None,
    role: str = "",
    override_reason: str = "",
    message: str = "",
) -> None:
    """Plan one touch by hand; the rules move it as they move every other.

    Args:
        person: Whom: id or role.
        channel: How.
        on: Day asked for.
        enrolment: Within which enrolment; by default the only one that runs.
        role: In which role the person is addressed.
        override_reason: Why the hierarchy rule does not hold here; audited.
        message: Key of one of the sequence's messages, for an e-mail.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    request = AddTouch(
        enrolment=await enrolment_of(views, known, enrolment),
        person=await person_of(views, known, person),
        channel=channel,
        on=day_of(on, name="--on"),
        reason=reason,
        role=role,
        override_reason=override_reason,
        message=message,
    )
    what = f"add a touch for {request.person} of {known.label}"
    decisions = await ask(context, known.stream, request, what=what)
    first = first_of(decisions, TouchPlanned)
    undo = f"relance touches skip {touch_id(known.id, first.touch)} --reason ..." if first else ""
    show_receipt(context, what, decisions, undo=undo)


@app.command
async def skip(touch: TouchName, *, context: Context, reason: ToldReason) -> None:
    """Leave a planned touch out; the others stay."""
    account, number = touch_of(touch)
    request = SkipTouch(touch=number, reason=reason)
    what = f"skip {touch}"
    await ask_and_show(context, stream_id(StreamKind.ACCOUNT, account), request, what=what)


@app.command
async def settle(
    touch: TouchName,
    *,
    context: Context,
    reason: str,
    sent: bool = False,
    not_sent: bool = False,
    again: bool = False,
) -> None:
    """Say what became of an e-mail whose fate is unknown: a person has looked.

    Args:
        reason: How you know: what the mail server's log says.
        sent: It was sent.
        not_sent: It was not.
        again: Attempt it again; only of one that was not sent.
    """
    if sent == not_sent:
        given = "both" if sent else "neither"
        raise UsageError("touches settle", "be told --sent or --not-sent", given)
    if sent and again:
        raise UsageError("--again", "come with --not-sent", "--sent")
    account, number = touch_of(touch)
    request = SettleTouch(touch=number, was_sent=sent, reason=reason, attempt_again=again)
    what = f"settle {touch} as {'sent' if sent else 'not sent'}"
    await ask_and_show(context, stream_id(StreamKind.ACCOUNT, account), request, what=what)
