"""Anything that can be asked of an account, chosen by three numbers against its state.

Numbers rather than requests, so that what is drawn always finds something to act on, and
so that a failing case shrinks.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from engine import requests as r
from engine.requests import Reach, Request
from engine.values import Channel, NextPoint
from tests.engine.account.story import DAF, DGS, DSI, ELU, HEAD, Story, points, sealed

PEOPLE = (HEAD, DGS, DSI, DAF, ELU, "successor", "nobody")
ROLES = (HEAD, DGS, "dga", DSI, DAF, ELU, "decideur")
CALLS = (
    *("joint_interesse", "joint_plus_tard", "joint_mauvais_interlocuteur", "joint_refus"),
    *("standard", "repondeur", "absent", "numero_errone", "done"),
)
OUTCOMES = (*CALLS, "held", "moved", "cancelled", "back", "stay", "finish", "nobody", "skipped")
CODES = ("", "250", "421", "550 5.1.1", "550 5.7.1", "5.1.8")
EXTREMES = (date(1, 1, 1), date(1970, 1, 1), date(9999, 12, 31))

Act = Callable[[Story, int, int], Request]


def near(story: Story, number: int) -> datetime:
    """Return an instant up to forty days away, past or ahead, at any hour."""
    return story.now + timedelta(hours=number % 1920 - 480)


def day(story: Story, number: int) -> date:
    """Return a day near, or one of the ends of the calendar."""
    if number % 20 == 0:
        return EXTREMES[number // 20 % len(EXTREMES)]
    return near(story, number).date()


def point(story: Story, number: int) -> NextPoint | None:
    """Return a next point, whole, incomplete or none."""
    if number % 5 == 0:
        return None
    return NextPoint(day(story, number), "point", "" if number % 7 == 0 else "note")


def touch(story: Story, number: int) -> int:
    """Return an open touch, or any number near those that exist."""
    touches = list(story.state.touches)
    if number % 4 == 0 or not touches:
        return number % (story.state.touch_count + 3)
    return touches[number % len(touches)]


def task(story: Story, number: int) -> int:
    """Return an open task, or any number near those that exist."""
    tasks = list(story.state.tasks)
    if number % 9 == 0 or not tasks:
        return number % (story.state.task_count + 3)
    return tasks[number % len(tasks)]


def completion(story: Story, a: int, b: int) -> Request:
    """Return an outcome for a task, with what some outcomes require or without."""
    words = "" if b % 6 == 0 else "x"
    number = task(story, a)
    known = story.state.tasks.get(number)
    return r.CompleteTask(
        task=number,
        outcome=OUTCOMES[b % len(OUTCOMES)],
        note=sealed(HEAD, "note") if b % 5 else None,
        next_point=point(story, a),
        meeting_at=near(story, a * 7) if b % 3 == 0 else None,
        is_hour_meant=a % 4 > 0,
        callback_at=near(story, b * 5) if b % 4 else None,
        person=PEOPLE[a % len(PEOPLE)] if b % 2 else "",
        next_person=PEOPLE[a % len(PEOPLE)] if b % 4 == 0 else "",
        maturity=words,
        calendar=words,
        others=words,
        is_hot=a % 2 == 0,
        no_more_calls=a % 3 == 0,
        checked=known.checklist if known else (),
    )


def attempt(story: Story, a: int, b: int) -> Request:
    """Return an attempt, due or not, kept back by the gate or not."""
    number = touch(story, a)
    known = story.state.touches.get(number)
    kept_back_by = ("", "", "", "cap.mailbox", "suppressed")[b % 5]
    return r.AttemptTouch(
        touch=number,
        attempt=known.attempt if known else b % 3,
        due_at=story.now,
        fired_at=story.now,
        kept_back_by=kept_back_by,
        until_at=near(story, b) if b % 2 else None,
    )


def attempted(story: Story, a: int, b: int) -> Request:
    """Return what became of an attempt."""
    number = touch(story, a)
    known = story.state.touches.get(number)
    return r.RecordAttempt(
        touch=number,
        attempt=known.attempt if known else b % 3,
        reach=tuple(Reach)[b % len(Reach)],
        code=CODES[a % len(CODES)],
        message_id=f"<{number}@x>",
    )


def enrol(story: Story, a: int, b: int) -> Request:
    """Return an enrolment of some people in roles that fit or do not."""
    roles = ROLES[: a % 4 + 1] if b % 3 else (ROLES[b % len(ROLES)],)
    people = {role: role if role in PEOPLE else PEOPLE[b % len(PEOPLE)] for role in roles}
    request = story.enrol(start_on=day(story, b), campaign="c" if b % 4 == 0 else "")
    return r.Enrol(
        sequence=request.sequence,
        about=request.about,
        participants=people,
        start_on=request.start_on,
        campaign=request.campaign,
        next_point=request.next_point,
        re_enrol_reason="asked" if a % 2 else "",
    )


def add_touch(story: Story, a: int, b: int) -> Request:
    """Return a touch by hand."""
    return r.AddTouch(
        enrolment=a % 3,
        person=PEOPLE[b % len(PEOPLE)],
        channel=tuple(Channel)[a % len(Channel)],
        on=day(story, b),
        reason="mandat",
        override_reason="asked" if b % 5 == 0 else "",
        role=ROLES[a % len(ROLES)] if b % 3 == 0 else "",
        message="1.10-email-d",
    )


def pause(story: Story, a: int, b: int) -> Request:
    """Return a hold of any scope."""
    return r.Pause(
        reason="gel" if a % 8 else "",
        enrolment=a % 3,
        person=PEOPLE[b % len(PEOPLE)] if b % 2 else "",
        until=day(story, b) if a % 2 else None,
    )


ACTS: dict[str, Act] = {
    "complete": completion,
    "attempt": attempt,
    "attempted": attempted,
    "enrol": enrol,
    "add_touch": add_touch,
    "pause": pause,
    "resume": lambda _, a, _b: r.Resume(hold=a % 4),
    "open": lambda s, a, b: r.OpenEnrolment(enrolment=a % 3, start_on=day(s, b)),
    "withdraw": lambda _, a, b: r.Withdraw(enrolment=a % 4, reason="x" if b % 3 else ""),
    "assign": lambda _, a, b: r.AssignParticipant(
        enrolment=a % 3, role=ROLES[b % len(ROLES)], person=PEOPLE[a % len(PEOPLE)]
    ),
    "skip": lambda s, a, b: r.SkipTouch(touch=touch(s, a), reason="x" if b % 5 else ""),
    "settle": lambda s, a, b: r.SettleTouch(
        touch=touch(s, a), was_sent=b % 2 == 0, attempt_again=b % 3 == 0, reason="seen"
    ),
    "claim": lambda s, a, _b: r.ClaimTask(task=task(s, a)),
    "reply": lambda s, a, b: r.RecordReply(
        person=PEOPLE[a % len(PEOPLE)] if b % 2 else "", touch=touch(s, a) if b % 3 else 0
    ),
    "absence": lambda s, a, b: r.RecordAutomaticReply(
        person=PEOPLE[a % len(PEOPLE)], return_on=day(s, b) if b % 2 else None
    ),
    "bounce": lambda s, a, b: r.RecordBounce(
        person=PEOPLE[a % len(PEOPLE)],
        touch=touch(s, b) if b % 3 == 0 else 0,
        tag=("", f"mail-{HEAD}", f"call-{DGS}", "elsewhere")[b % 4],
        is_permanent=a % 2 == 0,
    ),
    "meeting": lambda s, a, b: r.RecordMeeting(
        enrolment=a % 3,
        person=PEOPLE[b % len(PEOPLE)],
        meeting_at=near(s, a * b),
        is_hour_meant=a % 4 > 0,
    ),
    "refusal": lambda _s, a, _b: r.RecordRefusal(person=PEOPLE[a % len(PEOPLE)]),
    "notice": lambda _, a, b: r.RecordNotice(reference=f"n{a % 2}", enrolment=b % 3),
    "opportunity": lambda _, _a, b: r.RecordOpportunity(reference="o", enrolment=b % 3),
    "departure": lambda _, a, _b: r.RecordDeparture(person=PEOPLE[a % len(PEOPLE)]),
    "doubt": lambda story, a, _b: r.DoubtTouches(until_at=near(story, a)),
    "stop": lambda _, a, b: r.StopPerson(
        tag=f"mail-{PEOPLE[a % len(PEOPLE)]}",
        person=PEOPLE[a % len(PEOPLE)] if b % 2 else "",
        reason="objection" if b % 3 else "bounce",
    ),
    "stop_point": lambda _, a, b: r.StopPoint(
        tag=f"{('call', 'mail')[b % 2]}-{PEOPLE[a % len(PEOPLE)]}", person=PEOPLE[a % len(PEOPLE)]
    ),
    "lift": lambda _, a, b: r.LiftStop(
        person=PEOPLE[a % len(PEOPLE)], tag=f"call-{PEOPLE[a % len(PEOPLE)]}" if b % 2 else ""
    ),
    "vote": lambda s, _a, b: r.RecordVote(vote_on=day(s, b)),
    "values": lambda _, _a, b: r.SetValues(values={"probleme": "" if b % 2 else "x"}),
    "milestone": lambda s, a, b: r.SetMilestone(
        next_point=point(s, a) or NextPoint(day(s, b), "", ""), enrolment=b % 4
    ),
    "status": lambda s, a, b: r.ChangeStatus(
        status=("lead", "prospect", "client", "ami")[a % 4],
        evidence=("contract", "invoice", "promise")[b % 3],
        reference="C-1",
        signed_on=day(s, b),
    ),
    "take_back": lambda _, a, _b: r.TakeBack(reason="x" if a % 5 else ""),
    "stage": lambda _, a, _b: r.ChangeStage(stage=("proposition", "signature", "x")[a % 3]),
    "point": lambda _, a, b: r.AddContactPoint(
        person=PEOPLE[a % len(PEOPLE)], point=points(f"other-{b % 3}")[b % 2]
    ),
    "plan_again": lambda _s, _a, _b: r.PlanAgain(),
    "campaign_pause": lambda s, a, b: r.PauseForCampaign(
        enrolment=a % 3, reason="gel", until=day(s, b) if b % 2 else None
    ),
    "campaign_resume": lambda _s, a, _b: r.ResumeForCampaign(enrolment=a % 3),
    "campaign_close": lambda _s, a, _b: r.CloseForCampaign(enrolment=a % 7, reason="fin"),
}
