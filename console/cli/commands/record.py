"""Reports of what happened outside: replies, absences, bounces, objections, meetings..."""

from typing import Literal

from cyclopts import App

from console.cli.desk import At
from console.cli.texts import read_text
from console.desk.asking import ask, ask_all, intake_of, show_done
from console.desk.finding import account_to_ask, enrolment_of, person_of
from console.desk.moments import day_of, instant_of
from console.desk.reports import Target, objections, target_of
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
)
from infra.intake import Submission

app = App(
    name="record",
    help="Report a reply, an absence, a bounce, an objection...",
    help_epilogue="TARGET is a touch (T-217901911-4) or an account (then --person says whose).",
)


@app.command
async def reply(
    target: str,
    *,
    desk: At,
    person: str = "",
    text: str = "",
    text_file: str = "",
    message_id: str = "",
) -> None:
    """A person answered: outreach stops for all of the account, a task opens today.

    Args:
        target: The touch that was answered, or the account.
        person: Who: id or role.
        text: What was said; sealed before it is stored.
        text_file: A file that holds it; - reads standard input.
        message_id: Of the reply.
    """
    whom = await _target(desk, target, person)
    intake = await intake_of(desk)
    draft = Submission(stream=whom.account.stream, request=RecordReply())
    body = read_text(text, text_file, name="--text")
    subject = whom.person or f"reply:{draft.id}"
    sealed = await intake.seal(subject, {"reply": body}, input_id=draft.id)
    request = RecordReply(
        person=whom.person,
        touch=whom.touch,
        text=sealed[0] if sealed else None,
        message_id=message_id,
    )
    what = f"record a reply of {whom.label}"
    submission = Submission(id=draft.id, stream=draft.stream, request=request)
    show_done(desk, what, await ask_all(desk, [submission], what=what))


@app.command
async def absence(target: str, *, desk: At, person: str = "", return_on: str = "") -> None:
    """An absence notice came: what was due waits; it is no reply.

    Args:
        target: The touch it answers, or the account.
        person: Who: id or role.
        return_on: Day of return, if it says one.
    """
    whom = await _target(desk, target, person)
    day = day_of(return_on, name="--return-on") if return_on else None
    request = RecordAutomaticReply(person=whom.person, touch=whom.touch, return_on=day)
    await _report(desk, whom, request, f"record an absence of {whom.label}")


@app.command
async def bounce(
    target: str,
    *,
    desk: At,
    person: str = "",
    tag: str = "",
    code: str = "",
    temporary: bool = False,
) -> None:
    """A message came back: a dead address is written to no more.

    Args:
        target: The touch that came back, or the account.
        person: Who: id or role.
        tag: Which address, by its tag.
        code: What the mail server said, such as 5.1.1.
        temporary: The address may take messages later.
    """
    whom = await _target(desk, target, person)
    request = RecordBounce(
        person=whom.person, touch=whom.touch, tag=tag, code=code, is_permanent=not temporary
    )
    await _report(desk, whom, request, f"record a bounce of {whom.label}")


@app.command
async def refusal(target: str, *, desk: At, person: str = "") -> None:
    """A person said no, in writing or otherwise.

    Args:
        target: The touch that was refused, or the account.
        person: Who: id or role.
    """
    whom = await _target(desk, target, person)
    request = RecordRefusal(person=whom.person, touch=whom.touch)
    await _report(desk, whom, request, f"record a refusal of {whom.label}")


@app.command
async def objection(
    target: str = "", *, desk: At, person: str = "", address: str = "", number: str = ""
) -> None:
    """A person wants no more contact: every address and number of theirs is suppressed.

    It holds wherever an address is known; what is already on its way is listed.

    Args:
        target: The touch that was objected to, or the account.
        person: Who: id or role.
        address: An e-mail address, of somebody who may not be known.
        number: A telephone number, the same.
    """
    submissions, label = await objections(desk, target, person, address=address, number=number)
    what = f"record an objection of {label}"
    show_done(desk, what, await ask_all(desk, submissions, what=what))


@app.command
async def meeting(
    account: str, *, desk: At, person: str, at: str, enrolment: int | None = None
) -> None:
    """A meeting was agreed: it is planned at its instant, and outreach makes way.

    Args:
        account: Its id, SIREN or whole name.
        person: With whom: id or role.
        at: Instant, on the account's wall clock, such as 2027-01-29T10:00.
        enrolment: Of which enrolment; by default the only one that runs.
    """
    views = await (await desk.office()).views()
    known = await account_to_ask(views, account)
    request = RecordMeeting(
        enrolment=await enrolment_of(views, known, enrolment),
        person=await person_of(views, known, person),
        meeting_at=instant_of(at, name="--at", zone=known.zone),
    )
    what = f"record a meeting with {request.person} of {known.label}"
    show_done(desk, what, await ask(desk, known.stream, request, what=what))


@app.command
async def departure(account: str, *, desk: At, person: str) -> None:
    """A person left the position.

    Args:
        account: Its id, SIREN or whole name.
        person: Who: id or role.
    """
    whom = await _target(desk, account, person)
    request = RecordDeparture(person=whom.person)
    await _report(desk, whom, request, f"record a departure of {whom.label}")


@app.command
async def vote(account: str, *, desk: At, on: str) -> None:
    """The budget was voted: what is counted from the vote gets its real day.

    Args:
        account: Its id, SIREN or whole name.
        on: Day of the vote.
    """
    whom = await _target(desk, account, "")
    request = RecordVote(vote_on=day_of(on, name="--on"))
    await _report(desk, whom, request, f"record the vote of {whom.account.label}")


@app.command
async def notice(account: str, *, desk: At, reference: str, enrolment: int = 0) -> None:
    """A notice on the same object was published: what is planned freezes.

    Args:
        account: Its id, SIREN or whole name.
        reference: Of the notice.
        enrolment: Only this enrolment; by default all that run.
    """
    whom = await _target(desk, account, "")
    request = RecordNotice(reference=reference, enrolment=enrolment)
    await _report(desk, whom, request, f"record notice {reference} of {whom.account.label}")


@app.command
async def opportunity(account: str, *, desk: At, reference: str, enrolment: int = 0) -> None:
    """A colleague took the account up as an opportunity: outreach ends.

    Args:
        account: Its id, SIREN or whole name.
        reference: Of the opportunity.
        enrolment: Only this enrolment; by default all that run.
    """
    whom = await _target(desk, account, "")
    request = RecordOpportunity(reference=reference, enrolment=enrolment)
    await _report(desk, whom, request, f"record opportunity {reference} of {whom.account.label}")


@app.command
async def purchase(
    account: str,
    *,
    desk: At,
    evidence: Literal["contract", "invoice"],
    reference: str,
    signed_on: str,
) -> None:
    """The account bought: it becomes a client, by an act that can be shown.

    Args:
        account: Its id, SIREN or whole name.
        evidence: A signed contract or a paid invoice.
        reference: Of that document.
        signed_on: Its date.
    """
    whom = await _target(desk, account, "")
    request = ChangeStatus(
        status="client",
        evidence=evidence,
        reference=reference,
        signed_on=day_of(signed_on, name="--signed-on"),
    )
    await _report(desk, whom, request, f"record the purchase of {whom.account.label}")


async def _target(desk: At, text: str, person: str) -> Target:
    return await target_of(await (await desk.office()).views(), text, person)


async def _report(desk: At, whom: Target, request: Request, what: str) -> None:
    show_done(desk, what, await ask(desk, whom.account.stream, request, what=what))
