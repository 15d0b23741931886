"""The codes with which an input is refused: what each means, and what would allow it.

A code is stored and read by machines: it never changes.  The sentences may.
"""

from enum import StrEnum

from engine.explanation import Explanation


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
    STANDS_STILL = "stands_still"
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
    UNKNOWN_GOAL = "unknown_goal"
    UNREALISTIC_GOAL = "unrealistic_goal"
    UNKNOWN_MAILBOX = "unknown_mailbox"
    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_ZONE = "unknown_zone"
    UNWRITABLE = "unwritable"
    VALUE_OF_ACCOUNT = "value_of_account"
    WRONG_STREAM = "wrong_stream"
    OBJECTION_STANDS = "objection_stands"
    UNUSUAL_HOUR = "unusual_hour"
    CLIENT = "client"
    NOTHING_TO_TAKE_BACK = "nothing_to_take_back"


REFUSALS: dict[str, Explanation] = {
    RefusalCode.UNKNOWN_ACCOUNT: Explanation("No account has this id.", "add the account first"),
    RefusalCode.UNKNOWN_PERSON: Explanation(
        "The account has no such person.", "add the person to this account first"
    ),
    RefusalCode.UNKNOWN_CAMPAIGN: Explanation(
        "No campaign has this id.", "create the campaign first"
    ),
    RefusalCode.UNKNOWN_SEQUENCE: Explanation(
        "No sequence of this name and content is published.", "publish the sequence first"
    ),
    RefusalCode.UNKNOWN_ENROLMENT: Explanation(
        "The account has no such enrolment.", "name an enrolment of this account"
    ),
    RefusalCode.UNKNOWN_TOUCH: Explanation(
        "The account has no such touch.", "name a touch of this account"
    ),
    RefusalCode.UNKNOWN_TASK: Explanation("There is no such task.", "name an open task"),
    RefusalCode.UNKNOWN_HOLD: Explanation(
        "The account has no such hold.", "name a hold that is in force"
    ),
    RefusalCode.UNKNOWN_ROLE: Explanation(
        "Neither the ruleset nor the sequence knows such a role.",
        "name one of the roles that are known, or one of their other names",
    ),
    RefusalCode.UNKNOWN_OUTCOME: Explanation(
        "The task cannot end like this.", "give one of the outcomes this task can have"
    ),
    RefusalCode.ALREADY_EXISTS: Explanation(
        "It exists already, and differs.", "use the one that exists"
    ),
    RefusalCode.ALREADY_ENROLLED: Explanation(
        "The person goes through a sequence already.",
        "wait for the end of the person's enrolment, or withdraw it",
    ),
    RefusalCode.ALREADY_CLOSED: Explanation("It is over.", "it has ended; nothing is left to do"),
    RefusalCode.STANDS_STILL: Explanation(
        "A hold covers it, or the person is away: nothing is done about it now.",
        "lift the hold, or wait until it ends; `skipped` leaves it out",
    ),
    RefusalCode.SUPPRESSED: Explanation(
        "No more contact was asked for.",
        "nothing: the person or the address asked for no more contact",
    ),
    RefusalCode.COOL_DOWN: Explanation(
        "The account or the person is left alone for a while.", "wait until the cool-down ends"
    ),
    RefusalCode.NO_CONTACT_POINT: Explanation(
        "The person has no address or number for it.", "add an address or a number to the person"
    ),
    RefusalCode.HIERARCHY: Explanation(
        "An elected official comes after the service head.",
        "have an exchange with the service head first",
    ),
    RefusalCode.CAP_REACHED: Explanation(
        "The ruleset allows no further contact then.", "wait until the cap allows another contact"
    ),
    RefusalCode.MILESTONE_REQUIRED: Explanation(
        "It ends with a dated next point.", "give the next point: date, object and deliverable"
    ),
    RefusalCode.MEETING_REQUIRED: Explanation(
        "It says that a meeting was agreed.", "give the instant of the meeting"
    ),
    RefusalCode.CALLBACK_REQUIRED: Explanation(
        "It says that another instant was advised.", "give the instant advised for the next attempt"
    ),
    RefusalCode.PERSON_REQUIRED: Explanation(
        "It concerns a person.", "name the person it concerns"
    ),
    RefusalCode.ASSESSMENT_REQUIRED: Explanation(
        "An interested contact is assessed.",
        "give maturity, calendar and the other people involved",
    ),
    RefusalCode.NEXT_STEP_REQUIRED: Explanation(
        "A meeting ends with a dated next step.", "give the dated next step"
    ),
    RefusalCode.CHECKLIST_REQUIRED: Explanation(
        "The task has boxes that are not ticked.", "tick every box of the task"
    ),
    RefusalCode.REASON_REQUIRED: Explanation("It is stored with its reason.", "give a reason"),
    RefusalCode.VALUE_OF_ACCOUNT: Explanation(
        "It is a fact about one account, and would be false in the message of another.",
        "leave it out here, and give it to the account: `relance accounts values`",
    ),
    RefusalCode.INSTANT_PAST: Explanation(
        "It lies in the past.", "give an instant that lies ahead"
    ),
    RefusalCode.NOT_OPEN: Explanation(
        "The enrolment does not run.", "nothing: it is not waiting any more"
    ),
    RefusalCode.NOT_UNKNOWN: Explanation(
        "Nobody has to say what became of it.", "nothing: its outcome is known"
    ),
    RefusalCode.TOO_EARLY: Explanation(
        "It is too early for that.",
        "wait until it can be said: the vote is over, the attempt is old enough",
    ),
    RefusalCode.PREPARATION_OPEN: Explanation(
        "The campaign is not prepared.", "finish the campaign's preparation tasks first"
    ),
    RefusalCode.PURCHASE_REQUIRED: Explanation(
        "Only a purchase makes a client.",
        "give the signed contract or paid invoice: date and reference",
    ),
    RefusalCode.STATUS_JUMP: Explanation(
        "The account cannot come from its status to this one.", "go through the statuses in order"
    ),
    RefusalCode.STAGE_JUMP: Explanation(
        "The account has not reached what the stage asks for.",
        "meet the entry condition of the stage first",
    ),
    RefusalCode.DRAFT: Explanation(
        "The sequence is a draft.", "complete the sequence: a draft cannot be used"
    ),
    RefusalCode.NOTHING_PLANNED: Explanation(
        "No step of the sequence would lie ahead.",
        "give a start from which a step of the sequence lies ahead",
    ),
    RefusalCode.OUT_OF_RANGE: Explanation(
        "The date is further away than anybody means.", "give a date that is not that far away"
    ),
    RefusalCode.UNKNOWN_GOAL: Explanation(
        "Nothing is counted under this name.",
        "give meetings, qualified_accounts or next_points",
    ),
    RefusalCode.UNREALISTIC_GOAL: Explanation(
        "A campaign of first contact leads to exchanges, not to a signature.",
        "give meetings, qualified_accounts or next_points",
    ),
    RefusalCode.UNKNOWN_MAILBOX: Explanation(
        "The workspace has no mailbox of this name.", "publish it first"
    ),
    RefusalCode.UNKNOWN_MESSAGE: Explanation(
        "The sequence has no such message.", "name one of the messages of the sequence"
    ),
    RefusalCode.UNKNOWN_ZONE: Explanation(
        "No time zone, or zone of school holidays, has this name.",
        "give a time zone by its IANA name, such as Europe/Paris; a school zone of the ruleset",
    ),
    RefusalCode.UNWRITABLE: Explanation(
        "No message can hold this text: it is too long, or has a character that mail programs "
        "would not show as it was meant.",
        "write it anew, without the character that is named",
    ),
    RefusalCode.WRONG_STREAM: Explanation(
        "It was sent to something that does not decide it.",
        "send it to a stream of the kind that decides it",
    ),
    RefusalCode.UNUSUAL_HOUR: Explanation(
        "Nobody meets on that day, or at that hour.",
        "correct the instant, or say that it is meant (`--anyway`)",
    ),
    RefusalCode.OBJECTION_STANDS: Explanation(
        "The person said it first hand, or it was recorded more than seven days ago.",
        "nothing: only a recording error can be lifted, within seven days",
    ),
    RefusalCode.CLIENT: Explanation(
        "The account has bought, and the sequence is for those who have not.",
        "enrol it in a sequence of class nurturing or renewal",
    ),
    RefusalCode.NOTHING_TO_TAKE_BACK: Explanation(
        "No purchase, opportunity, stage or status was recorded last, or it stands too long.",
        "nothing: it can be taken back within thirty days, once",
    ),
}
