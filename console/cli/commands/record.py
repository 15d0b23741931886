"""Reports of what happened outside: replies, absences, bounces, objections, meetings..."""

import sys
from pathlib import Path
from typing import Literal

from cyclopts import App

from console.cli.asking import ask_all, ask_and_show, ask_of_sale
from console.cli.context import CommandContext, Context
from console.cli.parameters import (
    AccountName,
    AtLeastNone,
    NarrowedEnrolment,
    PersonFile,
    PersonInvolved,
    Reason,
)
from console.cli.show.objections import (
    concerned_lines,
    draw_concerned,
    draw_objection,
    undo_of,
)
from console.cli.show.receipts import Receipt
from console.cli.terminal import flat
from console.cli.typed import one_of, row_of, told
from console.desk.asking import intake_of
from console.desk.errors import UsageError
from console.desk.finding import account_to_ask, person_of
from console.desk.moments import day_of, instant_of
from console.desk.objections import aim_of, concerned, submissions
from console.desk.targets import Target, target_of
from engine.requests import (
    ChangeStatus,
    RecordAutomaticReply,
    RecordBounce,
    RecordDeparture,
    RecordMeeting,
    RecordNotice,
    RecordOpportunity,
    RecordRefusal,
    RecordReply,
    RecordVote,
    Request,
    TakeBack,
)
from infra.intake import new_input_id

TEXT_BYTES_MAX = 32 * 1024
"""Sealed and encoded, it must still fit into an input of 64 KiB."""

app = App(
    name="record",
    help_epilogue="TARGET is a touch (T-217901911-4) or an account (then --person says whose).",
)


@app.command
async def reply(
    target: str,
    *,
    context: Context,
    person: PersonInvolved = "",
    text: str = "",
    text_file: str = "",
    message_id: str = "",
) -> None:
    """A person answered: outreach stops for all of the account, a task opens today.

    Args:
        target: The touch that was answered, or the account.
        text: What was said; sealed before it is stored.
        text_file: A file that holds it; - reads standard input.
        message_id: Of the reply.
    """
    whom = await _target(context, target, person)
    input_id = new_input_id()
    intake = await intake_of(context.session)
    texts = {"reply": _text(text, text_file)}
    sealed = await intake.seal(whom.person or f"reply:{input_id}", texts, input_id=input_id)
    request = RecordReply(
        person=whom.person,
        touch=whom.touch,
        text=sealed[0] if sealed else None,
        message_id=message_id,
    )
    what = f"record a reply of {whom.label}"
    await ask_and_show(context, whom.account.stream, request, what=what, input_id=input_id)


@app.command
async def absence(
    target: str, *, context: Context, person: PersonInvolved = "", return_on: str = ""
) -> None:
    """An absence notice came: what was due waits; it is no reply.

    Args:
        target: The touch it answers, or the account.
        return_on: Day of return, if it says one.
    """
    whom = await _target(context, target, person)
    day = day_of(return_on, name="--return-on") if return_on else None
    request = RecordAutomaticReply(person=whom.person, touch=whom.touch, return_on=day)
    await _report(context, whom, request, f"record an absence of {whom.label}")


@app.command
async def bounce(
    target: str,
    *,
    context: Context,
    person: PersonInvolved = "",
    tag: str = "",
    code: str = "",
    temporary: bool = False,
) -> None:
    """A message came back: a dead address is written to no more.

    Args:
        target: The touch that came back, or the account.
        tag: Which address, by its tag.
        code: What the mail server said, such as 5.1.1.
        temporary: The address may take messages later.
    """
    whom = await _target(context, target, person)
    request = RecordBounce(
        person=whom.person, touch=whom.touch, tag=tag, code=code, is_permanent=not temporary
    )
    await _report(context, whom, request, f"record a bounce of {whom.label}")


@app.command
async def refusal(target: str, *, context: Context, person: PersonInvolved = "") -> None:
    """A person said no, in writing or otherwise.

    Args:
        target: The touch that was refused, or the account.
    """
    whom = await _target(context, target, person)
    request = RecordRefusal(person=whom.person, touch=whom.touch)
    await _report(context, whom, request, f"record a refusal of {whom.label}")


@app.command
async def objection(
    target: str = "",
    *,
    context: Context,
    person: PersonInvolved = "",
    address: str = "",
    number: str = "",
    file: PersonFile = "",
    preview: bool = False,
) -> None:
    """A person wants no more contact, or nothing is wanted at an address.

    Said of a person, it stops that person in every account, and suppresses the addresses
    that are the person's own; a shared one stays open for the others.  Said of an address,
    it is its owner's word, or the end of that one channel if it is shared.  Whom it touches
    is shown first; what is already on its way is listed.

    Args:
        target: The touch that was objected to, or the account.
        address: An e-mail address, of somebody who may not be known; - reads standard input.
        number: A telephone number, the same.
        preview: Only show whom it would touch.
    """
    row = row_of(file, fields=("address", "number"))
    address = told(one_of(row, "address", address), "--address")
    number = told(one_of(row, "number", number), "--number")
    aim = await aim_of(context.session, target, person, address=address, number=number)
    touched = await concerned(await context.home.views(), aim)
    what = f"record an objection of {aim.label}"
    if preview:
        would = {"would": what, "concerned": touched}
        context.terminal.show(would, lambda console: draw_concerned(console, what, touched))
        return
    if context.terminal.is_watched:
        for line in concerned_lines(touched):
            context.terminal.note(line)
    decisions = await ask_all(context, submissions(aim.reports()), what=what)
    receipt = Receipt(done=what, decisions=decisions, undo=undo_of(aim))
    context.terminal.show(
        flat(receipt, concerned=touched),
        lambda console: draw_objection(console, receipt, touched),
    )


@app.command
async def meeting(
    account: AccountName,
    *,
    context: Context,
    person: str,
    at: str,
    enrolment: AtLeastNone = 0,
    anyway: bool = False,
) -> None:
    """A meeting was agreed: it is planned at its instant, and outreach makes way.

    It belongs to the account: whether a sequence runs or not, and whatever ends before it.

    Args:
        person: With whom: id or role.
        at: Instant, on the account's wall clock, such as 2027-01-29T10:00.
        enrolment: In which enrolment; by default the person's newest that runs, if any does.
        anyway: The instant is meant, although nobody meets on that day or at that hour.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    request = RecordMeeting(
        enrolment=enrolment,
        person=await person_of(views, known, person),
        meeting_at=instant_of(at, name="--at", zone=known.zone),
        is_hour_meant=anyway,
    )
    what = f"record a meeting with {request.person} of {known.label}"
    await ask_and_show(context, known.stream, request, what=what)


@app.command
async def departure(account: AccountName, *, context: Context, person: PersonInvolved) -> None:
    """A person left the position."""
    whom = await _target(context, account, person)
    request = RecordDeparture(person=whom.person)
    await _report(context, whom, request, f"record a departure of {whom.label}")


@app.command
async def vote(account: AccountName, *, context: Context, on: str, budget: AtLeastNone = 0) -> None:
    """The budget was voted, or its vote has a day: what is counted from the vote gets it.

    Args:
        on: Day of the vote; one to come is announced, until it is recorded again as held.
        budget: Year of the budget; by default that of the day, from October on the next one.
    """
    whom = await _target(context, account, "")
    request = RecordVote(vote_on=day_of(on, name="--on"), budget_year=budget)
    await _report(context, whom, request, f"record the vote of {whom.account.label}")


@app.command
async def notice(
    account: AccountName, *, context: Context, reference: str, enrolment: NarrowedEnrolment = 0
) -> None:
    """A notice on the same object was published: what is planned freezes.

    Args:
        reference: Of the notice.
    """
    whom = await _target(context, account, "")
    request = RecordNotice(reference=reference, enrolment=enrolment)
    await _report(context, whom, request, f"record notice {reference} of {whom.account.label}")


@app.command
async def opportunity(
    account: AccountName, *, context: Context, reference: str, enrolment: NarrowedEnrolment = 0
) -> None:
    """A colleague took the account up as an opportunity: outreach ends.

    Args:
        reference: Of the opportunity.
    """
    whom = await _target(context, account, "")
    request = RecordOpportunity(reference=reference, enrolment=enrolment)
    what = f"record opportunity {reference} of {whom.account.label}"
    await ask_of_sale(context, whom.account, request, what=what)


@app.command
async def purchase(
    account: AccountName,
    *,
    context: Context,
    evidence: Literal["contract", "invoice"],
    reference: str,
    signed_on: str,
) -> None:
    """The account bought: it becomes a client, by an act that can be shown; prospecting ends.

    Args:
        evidence: A signed contract or a paid invoice.
        reference: Of that document.
        signed_on: Its date.
    """
    whom = await _target(context, account, "")
    request = ChangeStatus(
        status="client",
        evidence=evidence,
        reference=reference,
        signed_on=day_of(signed_on, name="--signed-on"),
    )
    what = f"record the purchase of {whom.account.label}"
    await ask_of_sale(context, whom.account, request, what=what)


@app.command
async def undo(account: AccountName, *, context: Context, reason: Reason) -> None:
    """Take back the last purchase, opportunity, stage or status: it was a mistake.

    Status and stage are as before, and what the mistake ended goes on, later by the days
    between.  It can be taken back once, within thirty days.
    """
    whom = await _target(context, account, "")
    what = f"take back the last news of a sale of {whom.account.label}"
    await _report(context, whom, TakeBack(reason=reason), what)


async def _target(context: CommandContext, text: str, person: str) -> Target:
    return await target_of(await context.home.views(), text, person)


async def _report(context: CommandContext, whom: Target, request: Request, what: str) -> None:
    await ask_and_show(context, whom.account.stream, request, what=what)


def _text(text: str, file: str) -> str:
    """Return the text given, or that of a file; `-` reads standard input."""
    if text and file:
        raise UsageError("--text", "come without --text-file", "both")
    if file:
        text = _read(file)
    if len(text.encode()) > TEXT_BYTES_MAX:
        raise UsageError("--text", f"take at most {TEXT_BYTES_MAX} bytes", remedy="shorten it")
    return text.strip()


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        rule = "name a readable text"
        raise UsageError("--text-file", rule, type(error).__name__) from None
