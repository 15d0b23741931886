"""The codes with which an input is refused, and what would allow it.

A code is stored and read by machines: it never changes.  The sentence may.
"""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why an input must not be so."""

    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_CAMPAIGN = "unknown_campaign"
    UNKNOWN_SEQUENCE = "unknown_sequence"
    UNKNOWN_ENROLMENT = "unknown_enrolment"
    UNKNOWN_TOUCH = "unknown_touch"
    UNKNOWN_TASK = "unknown_task"
    UNKNOWN_HOLD = "unknown_hold"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_OUTCOME = "unknown_outcome"
    ALREADY_EXISTS = "already_exists"
    ALREADY_ENROLLED = "already_enrolled"
    ALREADY_CLOSED = "already_closed"
    SUPPRESSED = "suppressed"
    COOL_DOWN = "cool_down"
    NO_CONTACT_POINT = "no_contact_point"
    HIERARCHY = "hierarchy"
    CAP_REACHED = "cap_reached"
    MILESTONE_REQUIRED = "milestone_required"
    MEETING_REQUIRED = "meeting_required"
    CALLBACK_REQUIRED = "callback_required"
    PERSON_REQUIRED = "person_required"
    ASSESSMENT_REQUIRED = "assessment_required"
    NEXT_STEP_REQUIRED = "next_step_required"
    CHECKLIST_REQUIRED = "checklist_required"
    REASON_REQUIRED = "reason_required"
    INSTANT_PAST = "instant_past"
    NOT_OPEN = "not_open"
    NOT_UNKNOWN = "not_unknown"
    TOO_EARLY = "too_early"
    PREPARATION_OPEN = "preparation_open"
    PURCHASE_REQUIRED = "purchase_required"
    STATUS_JUMP = "status_jump"
    STAGE_JUMP = "stage_jump"
    DRAFT = "draft"
    NOTHING_PLANNED = "nothing_planned"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_ZONE = "unknown_zone"
    WRONG_STREAM = "wrong_stream"


ALLOWED_BY: dict[RefusalCode, str] = {
    RefusalCode.UNKNOWN_ACCOUNT: "add the account first",
    RefusalCode.UNKNOWN_PERSON: "add the person to this account first",
    RefusalCode.UNKNOWN_CAMPAIGN: "create the campaign first",
    RefusalCode.UNKNOWN_SEQUENCE: "publish the sequence first",
    RefusalCode.UNKNOWN_ENROLMENT: "name an enrolment of this account",
    RefusalCode.UNKNOWN_TOUCH: "name a touch of this account",
    RefusalCode.UNKNOWN_TASK: "name an open task",
    RefusalCode.UNKNOWN_HOLD: "name a hold that is in force",
    RefusalCode.UNKNOWN_ROLE: "name a role that the sequence addresses",
    RefusalCode.UNKNOWN_OUTCOME: "give one of the outcomes this task can have",
    RefusalCode.ALREADY_EXISTS: "use the one that exists",
    RefusalCode.ALREADY_ENROLLED: "wait for the end of the person's enrolment, or withdraw it",
    RefusalCode.ALREADY_CLOSED: "it has ended; nothing is left to do",
    RefusalCode.SUPPRESSED: "nothing: the person or the address asked for no more contact",
    RefusalCode.COOL_DOWN: "wait until the cool-down ends",
    RefusalCode.NO_CONTACT_POINT: "add an address or a number to the person",
    RefusalCode.HIERARCHY: "have an exchange with the service head first",
    RefusalCode.CAP_REACHED: "wait until the cap allows another contact",
    RefusalCode.MILESTONE_REQUIRED: "give the next point: date, object and deliverable",
    RefusalCode.MEETING_REQUIRED: "give the instant of the meeting",
    RefusalCode.CALLBACK_REQUIRED: "give the instant advised for the next attempt",
    RefusalCode.PERSON_REQUIRED: "name the person it concerns",
    RefusalCode.ASSESSMENT_REQUIRED: "give maturity, calendar and the other people involved",
    RefusalCode.NEXT_STEP_REQUIRED: "give the dated next step",
    RefusalCode.CHECKLIST_REQUIRED: "tick every box of the task",
    RefusalCode.REASON_REQUIRED: "give a reason",
    RefusalCode.INSTANT_PAST: "give an instant that lies ahead",
    RefusalCode.NOT_OPEN: "nothing: it is not waiting any more",
    RefusalCode.NOT_UNKNOWN: "nothing: its outcome is known",
    RefusalCode.TOO_EARLY: "wait until the attempt is old enough to be settled by a person",
    RefusalCode.PREPARATION_OPEN: "finish the campaign's preparation tasks first",
    RefusalCode.PURCHASE_REQUIRED: "give the signed contract or paid invoice: date and reference",
    RefusalCode.STATUS_JUMP: "go through the statuses in order",
    RefusalCode.STAGE_JUMP: "meet the entry condition of the stage first",
    RefusalCode.DRAFT: "complete the sequence: a draft cannot be used",
    RefusalCode.NOTHING_PLANNED: "give a start from which a step of the sequence lies ahead",
    RefusalCode.OUT_OF_RANGE: "give a date that is not that far away",
    RefusalCode.UNKNOWN_MESSAGE: "name one of the messages of the sequence",
    RefusalCode.UNKNOWN_ZONE: "give a time zone by its IANA name, such as Europe/Paris",
    RefusalCode.WRONG_STREAM: "send it to a stream of the kind that decides it",
}
