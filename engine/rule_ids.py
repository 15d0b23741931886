"""The rules by id: what a salesperson reads about each, and what may lift it.

An id is stored and read by machines: it never changes.  The sentences may, and stand in
one table keyed by id, so that another language is another table.
"""

from enum import StrEnum

from engine.explanation import Explanation


class RuleId(StrEnum):
    """What an event, a move, a kept-back attempt or a refusal names as its reason."""

    ACCOUNT_ORDER = "account.order"
    ADOPTION = "adoption"
    ANCHOR_PASSED = "anchor.passed"
    ANCHOR_UNKNOWN = "anchor.unknown"
    ANCHOR_VOTE = "anchor.vote"
    ASSIGN_ORDER = "assign.order"
    ATTEMPT_ABSENT = "attempt.absent"
    ATTEMPT_BROKEN = "attempt.broken"
    ATTEMPT_ERASED = "attempt.erased"
    ATTEMPT_FAULTED_AGAIN = "attempt.faulted_again"
    ATTEMPT_FORGOTTEN = "attempt.forgotten"
    ATTEMPT_NOT_SENT = "attempt.not_sent"
    ATTEMPT_POSTPONED = "attempt.postponed"
    ATTEMPT_POSTPONED_TOO_OFTEN = "attempt.postponed_too_often"
    ATTEMPT_REFUSED = "attempt.refused"
    ATTEMPT_SENT = "attempt.sent"
    ATTEMPT_TOO_EARLY = "attempt.too_early"
    ATTEMPT_TOO_OFTEN = "attempt.too_often"
    ATTEMPT_UNKNOWN = "attempt.unknown"
    CALL_ASSESSMENT = "call.assessment"
    CALL_CALLBACK = "call.callback"
    CALL_FIND_NUMBER = "call.find_number"
    CALL_LATER = "call.later"
    CALL_MEETING = "call.meeting"
    CALL_NEXT_POINT = "call.next_point"
    CALL_VERIFY_CONTACT = "call.verify_contact"
    CALL_WRONG_NUMBER = "call.wrong_number"
    CALL_WRONG_PERSON = "call.wrong_person"
    CAMPAIGN_CLOSED = "campaign.closed"
    CAMPAIGN_GOAL = "campaign.goal"
    CAMPAIGN_MEMBER = "campaign.member"
    CAMPAIGN_OPENED = "campaign.opened"
    CAMPAIGN_ORDER = "campaign.order"
    CAMPAIGN_PENDING = "campaign.pending"
    CAMPAIGN_PREPARATION = "campaign.preparation"
    CAMPAIGN_SIZE = "campaign.size"
    CAMPAIGN_TOO_FEW_ACCOUNTS = "campaign.too_few_accounts"
    CAMPAIGN_TOO_MANY_ACCOUNTS = "campaign.too_many_accounts"
    CAP_CALL_ATTEMPTS = "cap.call_attempts"
    CAP_CALLS = "cap.calls"
    CAP_CONTACTS = "cap.contacts"
    CAP_EMAILS = "cap.emails"
    CAP_MAILBOX = "cap.mailbox"
    CAP_ONE_CONTACT_A_DAY = "cap.one_contact_a_day"
    CAP_ONE_PERSON_A_DAY = "cap.one_person_a_day"
    CAP_ONE_SEQUENCE_A_PERSON = "cap.one_sequence_a_person"
    CAP_RECIPIENT_DOMAIN = "cap.recipient_domain"
    CAP_VOICEMAILS = "cap.voicemails"
    CLIENT_CLASS = "client.class"
    CONDITION_ACCOUNT_HOT = "condition.account_hot"
    CONDITION_ATTENDANCE_CONFIRMED = "condition.attendance_confirmed"
    CONDITION_DIGITAL_OFFER = "condition.digital_offer"
    CONDITION_MEETING_AGREED = "condition.meeting_agreed"
    CONDITION_NOT_REACHED = "condition.not_reached"
    CONDITION_SERVICE_NOT_REFUSED = "condition.service_not_refused"
    CONDITION_VOTE_AHEAD = "condition.vote_ahead"
    CONDITION_WITHOUT_EXCHANGE = "condition.without_exchange"
    CONTACT_POINT_INCOMING = "contact_point.incoming"
    CONTACT_POINT_LINK = "contact_point.link"
    CONTACT_POINT_MALFORMED = "contact_point.malformed"
    CONTACT_POINT_MARK = "contact_point.mark"
    CONTACT_POINT_MISMATCH = "contact_point.mismatch"
    CONTACT_POINT_MISSING = "contact_point.missing"
    CONTENT_BROKEN = "content.broken"
    CONTENT_MALFORMED = "content.malformed"
    CONTENT_MISSING_MESSAGE = "content.missing_message"
    CONTENT_MISSING_VALUE = "content.missing_value"
    CONTENT_UNWRITTEN = "content.unwritten"
    COOL_DOWN_REFUSAL = "cool_down.refusal"
    COOL_DOWN_SILENCE = "cool_down.silence"
    DATE_OUT_OF_RANGE = "date.out_of_range"
    DEADLINE = "deadline"
    END_IN_FLIGHT = "end.in_flight"
    END_STEPS_OVER = "end.steps_over"
    ENROL_LACKS = "enrol.lacks"
    ENROL_ORDER = "enrol.order"
    EXCHANGE = "exchange"
    EXCLUSIVE_CONTACT_POINT = "exclusive.contact_point"
    EXCLUSIVITY_YIELDS = "exclusivity.yields"
    EXIT_ADDRESS_REFUSED = "exit.address_refused"
    EXIT_AUTOMATIC_REPLY = "exit.automatic_reply"
    EXIT_BOUNCE = "exit.bounce"
    EXIT_BOUNCES_SOFT = "exit.bounces_soft"
    EXIT_DEPARTURE = "exit.departure"
    EXIT_MEETING = "exit.meeting"
    EXIT_NOTICE = "exit.notice"
    EXIT_OBJECTION = "exit.objection"
    EXIT_OBJECTION_LIFTED = "exit.objection_lifted"
    EXIT_OPPORTUNITY = "exit.opportunity"
    EXIT_PURCHASE = "exit.purchase"
    EXIT_REFUSAL = "exit.refusal"
    EXIT_REPLY = "exit.reply"
    EXIT_STAGE = "exit.stage"
    EXIT_STATUS = "exit.status"
    GAP_ENROLMENT = "gap.enrolment"
    GAP_PERSON = "gap.person"
    GROUP_TOGETHER = "group.together"
    HIERARCHY_ELECTED = "hierarchy.elected"
    HIERARCHY_OVERRIDDEN = "hierarchy.overridden"
    HOLD_ACCOUNT = "hold.account"
    HOLD_CAMPAIGN = "hold.campaign"
    HOLD_ENDED = "hold.ended"
    HOLD_ENROLMENT = "hold.enrolment"
    HOLD_LIFTED = "hold.lifted"
    HOLD_PERSON = "hold.person"
    MAILBOX_ADDRESS_MISSING = "mailbox.address_missing"
    MAILBOX_CORRECTED = "mailbox.corrected"
    MAILBOX_HELD = "mailbox.held"
    MAILBOX_LIFTED = "mailbox.lifted"
    MAILBOX_MALFORMED = "mailbox.malformed"
    MAILBOX_MISSING = "mailbox.missing"
    MAILBOX_REFUSED = "mailbox.refused"
    MAILBOX_UNREACHABLE = "mailbox.unreachable"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_HOT = "meeting.hot"
    MEETING_MOVED = "meeting.moved"
    MEETING_NEXT_STEP = "meeting.next_step"
    MILESTONE_CALL = "milestone.call"
    MILESTONE_DEFAULT = "milestone.default"
    MILESTONE_DUE = "milestone.due"
    MILESTONE_MEETING = "milestone.meeting"
    MILESTONE_MISSING = "milestone.missing"
    MILESTONE_ORDER = "milestone.order"
    MILESTONE_REPLY = "milestone.reply"
    ORDER_FIRST_PERSON = "order.first_person"
    PERSON_LINK = "person.link"
    PERSON_ORDER = "person.order"
    PLAN_CAMPAIGN = "plan.campaign"
    PLAN_ENTRY = "plan.entry"
    PLAN_RULESET = "plan.ruleset"
    PLAN_STOOD_STILL = "plan.stood_still"
    PUBLICATION = "publication"
    REPLY_BACK = "reply.back"
    REQUIRES_ATTEMPTED = "requires.attempted"
    REQUIRES_DONE = "requires.done"
    REQUIRES_HELD = "requires.held"
    REQUIRES_REACHED = "requires.reached"
    REQUIRES_SENT = "requires.sent"
    ROLE_ANEW = "role.anew"
    ROLE_EMPTY = "role.empty"
    ROLE_KNOWN = "role.known"
    ROLE_NOBODY = "role.nobody"
    ROLE_REQUIRED_LOST = "role.required_lost"
    ROLE_SAME_PERSON = "role.same_person"
    SALE_TAKEN_BACK = "sale.taken_back"
    SENDING_ORDER = "sending.order"
    SENDING_RESTORED = "sending.restored"
    SILENCE_PROSPECT = "silence.prospect"
    SKIP_ORDER = "skip.order"
    STAGE_ENROLLED = "stage.enrolled"
    STAGE_EXIT_MEETING = "stage.exit.meeting"
    STAGE_EXIT_REPLY = "stage.exit.reply"
    STAGE_GUARD = "stage.guard"
    STAGE_ORDER = "stage.order"
    STATUS_GUARD = "status.guard"
    STATUS_HOT = "status.hot"
    STATUS_INTERESTED = "status.interested"
    STATUS_MEETING = "status.meeting"
    STATUS_ORDER = "status.order"
    STATUS_PURCHASE = "status.purchase"
    STEP_BLOCKING = "step.blocking"
    STEP_DONE = "step.done"
    STEP_DUE = "step.due"
    STEP_KNOWN = "step.known"
    SUPPRESSED = "suppressed"
    TASK_CLAIM = "task.claim"
    TASK_CLAIMED = "task.claimed"
    TASK_OUTCOME = "task.outcome"
    TOUCH_MOVED = "touch.moved"
    TOUCH_ORDER = "touch.order"
    UNKNOWN_PERSON = "unknown.person"
    VALUES_ORDER = "values.order"
    VALUES_SUPPLIED = "values.supplied"
    VAULT_DAMAGED = "vault.damaged"
    WINDOW_BRIDGE_DAY = "window.bridge_day"
    WINDOW_CLOSED = "window.closed"
    WINDOW_GRANT = "window.grant"
    WINDOW_HOLIDAY = "window.holiday"
    WINDOW_HOURS = "window.hours"
    WINDOW_NEVER = "window.never"
    WINDOW_NONE = "window.none"
    WINDOW_PASSED = "window.passed"
    WINDOW_QUIET_PERIOD = "window.quiet_period"
    WINDOW_SCHOOL_HOLIDAY = "window.school_holiday"
    WINDOW_UNKNOWN = "window.unknown"
    WINDOW_WEEKDAY = "window.weekday"
    WINDOW_WEEKEND = "window.weekend"
    WITHDRAW_ORDER = "withdraw.order"
    ZONE_UNKNOWN = "zone.unknown"


RULES: dict[str, Explanation] = {
    RuleId.ACCOUNT_ORDER: Explanation("Somebody added the account."),
    RuleId.ADOPTION: Explanation("The account took over what the workspace published."),
    RuleId.ANCHOR_PASSED: Explanation(
        "Counted from its starting point, the step would lie in the past.",
        "enrol with a later start",
    ),
    RuleId.ANCHOR_UNKNOWN: Explanation(
        "The day from which the step is counted is not known yet.",
        "make the day known: the meeting, the end of the contract, the dated event",
    ),
    RuleId.ANCHOR_VOTE: Explanation(
        "The day of the budget vote became known, and what is counted from it moved."
    ),
    RuleId.ASSIGN_ORDER: Explanation("Somebody gave a role of the enrolment to a person."),
    RuleId.ATTEMPT_ABSENT: Explanation(
        "The mail server surely never had the message, so the touch is attempted again."
    ),
    RuleId.ATTEMPT_BROKEN: Explanation(
        "The message could not be written or handed over as it is, and nothing left.",
        "correct what the task names: the touch is landed again",
    ),
    RuleId.ATTEMPT_ERASED: Explanation("The person's data were erased before the message left."),
    RuleId.ATTEMPT_FAULTED_AGAIN: Explanation(
        "The mail server refused this message twice as if our own set-up were at fault, and "
        "took others in between: it is about this message or its recipient.",
        "close the task: done tries again, skipped leaves the touch out",
    ),
    RuleId.ATTEMPT_FORGOTTEN: Explanation(
        "It was due after the backup from which the home was restored: it may have left.",
        "say what became of it, after a look into the mail server's log",
    ),
    RuleId.ATTEMPT_NOT_SENT: Explanation(
        "The attempt was given up before anything left, so the touch is attempted again."
    ),
    RuleId.ATTEMPT_POSTPONED: Explanation(
        "The recipient's mail server asked to try again later.",
        "wait: the touch is attempted again at the instant shown",
    ),
    RuleId.ATTEMPT_POSTPONED_TOO_OFTEN: Explanation(
        "The recipient's mail server postponed the message as often as the ruleset allows.",
        "plan a touch by hand",
    ),
    RuleId.ATTEMPT_REFUSED: Explanation(
        "The recipient's mail server refused the message for good."
    ),
    RuleId.ATTEMPT_SENT: Explanation("The message was sent."),
    RuleId.ATTEMPT_TOO_EARLY: Explanation(
        "The touch moved to a later instant while its attempt was being prepared.",
        "wait for its instant",
    ),
    RuleId.ATTEMPT_TOO_OFTEN: Explanation(
        "The touch was put off sixteen times in a row, each time for longer.",
        "mend what the task names, then close it: done tries again, skipped leaves it out",
    ),
    RuleId.ATTEMPT_UNKNOWN: Explanation(
        "Nobody knows whether the message left.",
        "say what became of the attempt, once it is old enough",
    ),
    RuleId.CALL_ASSESSMENT: Explanation(
        "An interested contact is noted with maturity, calendar and the other people involved.",
        "give the three",
    ),
    RuleId.CALL_CALLBACK: Explanation(
        "Somebody at the switchboard advised another instant, so the call is made again then.",
        "give an instant that lies ahead",
    ),
    RuleId.CALL_FIND_NUMBER: Explanation(
        "No number of the person works any more, so somebody looks for another.",
        "add a number to the person",
    ),
    RuleId.CALL_LATER: Explanation(
        "The person asked to be called later, so the enrolment ends with a dated next point."
    ),
    RuleId.CALL_MEETING: Explanation(
        "A meeting agreed on the phone lies ahead.", "give an instant that lies ahead"
    ),
    RuleId.CALL_NEXT_POINT: Explanation(
        "A call that reached somebody ends with a dated next point.",
        "give its date, object and deliverable",
    ),
    RuleId.CALL_VERIFY_CONTACT: Explanation(
        "Somebody else is in charge, so the contact is verified."
    ),
    RuleId.CALL_WRONG_NUMBER: Explanation(
        "The number that was dialled is not the person's.", "add another number to the person"
    ),
    RuleId.CALL_WRONG_PERSON: Explanation(
        "The person called is not the one in charge: nothing more goes there, and somebody asks "
        "who is.",
        "give the role to the right person, with whom the sequence begins anew",
    ),
    RuleId.CAMPAIGN_CLOSED: Explanation(
        "Somebody closed the campaign, and its enrolments ended with a dated next point."
    ),
    RuleId.CAMPAIGN_GOAL: Explanation(
        "A campaign aims at meetings, qualified accounts or dated next points.",
        "give one of these goals",
    ),
    RuleId.CAMPAIGN_MEMBER: Explanation("An enrolment joined the campaign."),
    RuleId.CAMPAIGN_OPENED: Explanation("The campaign opened, and what waited for it began."),
    RuleId.CAMPAIGN_ORDER: Explanation("Somebody created the campaign."),
    RuleId.CAMPAIGN_PENDING: Explanation(
        "The campaign has not opened yet.", "finish its preparation tasks, then open it"
    ),
    RuleId.CAMPAIGN_PREPARATION: Explanation(
        "A campaign opens once it is prepared.", "finish its preparation tasks"
    ),
    RuleId.CAMPAIGN_SIZE: Explanation(
        "A campaign is meant for at least so many accounts, and at most for as many or more.",
        "give a highest number that is not below the lowest",
    ),
    RuleId.CAMPAIGN_TOO_FEW_ACCOUNTS: Explanation(
        "The campaign opened with fewer accounts than it is meant for.", "enrol further accounts"
    ),
    RuleId.CAMPAIGN_TOO_MANY_ACCOUNTS: Explanation(
        "The campaign opened with more accounts than it is meant for.",
        "withdraw some, or found a second campaign",
    ),
    RuleId.CAP_CALL_ATTEMPTS: Explanation(
        "The person was called as often as the ruleset allows in a row of days.",
        "wait until the oldest of these calls is old enough",
    ),
    RuleId.CAP_CALLS: Explanation(
        "The person had all the calls that the sequence allows.",
        "publish a sequence that allows more",
    ),
    RuleId.CAP_CONTACTS: Explanation(
        "The enrolment had all the contacts that the sequence allows.",
        "publish a sequence that allows more",
    ),
    RuleId.CAP_EMAILS: Explanation(
        "The person had all the e-mails that the sequence allows.",
        "publish a sequence that allows more",
    ),
    RuleId.CAP_MAILBOX: Explanation(
        "The mailbox sent as many messages in 24 hours as it may.",
        "wait, or publish the mailbox with a higher cap",
    ),
    RuleId.CAP_ONE_CONTACT_A_DAY: Explanation(
        "The same human, known to another account too, is contacted from there that day.",
        "wait for the next day",
    ),
    RuleId.CAP_ONE_PERSON_A_DAY: Explanation(
        "Another person of the account is contacted that day.",
        "wait for the next day, or publish a ruleset that allows more people a day",
    ),
    RuleId.CAP_ONE_SEQUENCE_A_PERSON: Explanation(
        "The person already goes through as many sequences as the ruleset allows.",
        "wait for the end of the person's enrolment, or withdraw it",
    ),
    RuleId.CAP_RECIPIENT_DOMAIN: Explanation(
        "The mailbox sent as many messages to the recipient's organisation in 24 hours as it may.",
        "wait, or publish the mailbox with a higher cap",
    ),
    RuleId.CAP_VOICEMAILS: Explanation(
        "The enrolment had its voicemail already; this one was left all the same, and is noted."
    ),
    RuleId.CLIENT_CLASS: Explanation(
        "The account has bought, and prospecting is for those who have not.",
        "enrol it in a sequence of class nurturing or renewal",
    ),
    RuleId.CONDITION_ACCOUNT_HOT: Explanation(
        "The step is for accounts that a meeting showed to be ready to buy.",
        "close the meeting as hot",
    ),
    RuleId.CONDITION_ATTENDANCE_CONFIRMED: Explanation(
        "The step is for those who confirmed that they attend.",
        "set the account's value `attendance` to `confirmed`",
    ),
    RuleId.CONDITION_DIGITAL_OFFER: Explanation(
        "The step is for digital offers.", "enrol about a digital offer"
    ),
    RuleId.CONDITION_MEETING_AGREED: Explanation(
        "The step is for accounts with a meeting agreed.", "agree a meeting"
    ),
    RuleId.CONDITION_NOT_REACHED: Explanation(
        "The step is for people whom the call before it did not reach."
    ),
    RuleId.CONDITION_SERVICE_NOT_REFUSED: Explanation(
        "The step is not for accounts whose service head refused."
    ),
    RuleId.CONDITION_VOTE_AHEAD: Explanation(
        "The step comes before the budget vote, and the vote is over."
    ),
    RuleId.CONDITION_WITHOUT_EXCHANGE: Explanation(
        "The step is for people who were never reached, and there was an exchange."
    ),
    RuleId.CONTACT_POINT_INCOMING: Explanation("A message came in from the address."),
    RuleId.CONTACT_POINT_LINK: Explanation(
        "The address or number was linked to a person of an account."
    ),
    RuleId.CONTACT_POINT_MALFORMED: Explanation(
        "The address has a form that mail cannot carry.", "add a correct one to the person"
    ),
    RuleId.CONTACT_POINT_MARK: Explanation(
        "Somebody said whether the address or number is shared or one person's own."
    ),
    RuleId.CONTACT_POINT_MISMATCH: Explanation(
        "The sealed address is not the one that its tag names, so that no stop could find it.",
        "add the address to the person again",
    ),
    RuleId.CONTACT_POINT_MISSING: Explanation(
        "The person has no address or number that works for this touch.", "add one to the person"
    ),
    RuleId.CONTENT_BROKEN: Explanation(
        "The text of the message cannot be written for this touch.",
        "publish a corrected sequence for what comes; close the task: done tries again, "
        "skipped leaves the touch out",
    ),
    RuleId.CONTENT_MALFORMED: Explanation(
        "A value cannot stand in the message: it is too long for its place, or holds a "
        "character that no message may.",
        "correct the value that the task names",
    ),
    RuleId.CONTENT_MISSING_MESSAGE: Explanation(
        "The sequence holds no text for this touch.", "publish a sequence that holds it"
    ),
    RuleId.CONTENT_MISSING_VALUE: Explanation(
        "The message lacks a value.", "set the value on the account"
    ),
    RuleId.CONTENT_UNWRITTEN: Explanation(
        "The message could not be written; today's rules name the value or the text at fault."
    ),
    RuleId.COOL_DOWN_REFUSAL: Explanation(
        "After a refusal nobody of the account is contacted for a while.",
        "wait until the cool-down ends",
    ),
    RuleId.COOL_DOWN_SILENCE: Explanation(
        "After a sequence without a sign the account rests for a while.",
        "wait until the cool-down ends",
    ),
    RuleId.DATE_OUT_OF_RANGE: Explanation(
        "The step would lie further away than dates are reckoned.",
        "give a start or an offset that is nearer",
    ),
    RuleId.DEADLINE: Explanation(
        "The attempt was not ready within its seconds, so it was given up."
    ),
    RuleId.END_IN_FLIGHT: Explanation(
        "The enrolment ended while the message was under way, so nothing follows it."
    ),
    RuleId.END_STEPS_OVER: Explanation("Every step of the enrolment is over."),
    RuleId.ENROL_LACKS: Explanation(
        "The enrolment began without people, values or addresses that its steps need.",
        "add the person and assign the role, set the values, add the address; what nobody "
        "supplies in time is asked for by a task, or left out",
    ),
    RuleId.ENROL_ORDER: Explanation("Somebody enrolled the account."),
    RuleId.EXCHANGE: Explanation("A real exchange with the person took place."),
    RuleId.EXCLUSIVE_CONTACT_POINT: Explanation(
        "Another account prospects the same human, by the id, an address or a number.",
        "withdraw the other enrolment and close the task as done, or as skipped to leave it out",
    ),
    RuleId.EXCLUSIVITY_YIELDS: Explanation(
        "The sequence yields to the class of another that began with the same people or about "
        "the same offer: prospecting ends, the others wait for its end."
    ),
    RuleId.EXIT_ADDRESS_REFUSED: Explanation(
        "The recipient's mail server says that the address does not exist.",
        "add another address to the person",
    ),
    RuleId.EXIT_AUTOMATIC_REPLY: Explanation(
        "The person is away.", "wait for the day after the return"
    ),
    RuleId.EXIT_BOUNCE: Explanation(
        "Messages to the address come back.", "add another address to the person"
    ),
    RuleId.EXIT_BOUNCES_SOFT: Explanation(
        "The address has failed for the moment as often as the ruleset allows.",
        "verify the address, or add another one",
    ),
    RuleId.EXIT_DEPARTURE: Explanation(
        "The person left the organisation.", "give the role to somebody else"
    ),
    RuleId.EXIT_MEETING: Explanation(
        "A meeting was agreed: outreach stops, and what belongs to a meeting is planned."
    ),
    RuleId.EXIT_NOTICE: Explanation(
        "A public tender on the same object was published, so nothing more is said about it.",
        "lift the hold",
    ),
    RuleId.EXIT_OBJECTION: Explanation("The person asked for no more contact.", "nothing"),
    RuleId.EXIT_OBJECTION_LIFTED: Explanation(
        "The objection had been recorded by mistake; what it withdrew stays withdrawn."
    ),
    RuleId.EXIT_OPPORTUNITY: Explanation(
        "A colleague took the account up as an opportunity, so the enrolment ends."
    ),
    RuleId.EXIT_PURCHASE: Explanation(
        "The account bought, so nobody prospects there any more.",
        "record it as a mistake: `relance record undo`",
    ),
    RuleId.EXIT_REFUSAL: Explanation("The person said no.", "wait until the cool-down ends"),
    RuleId.EXIT_REPLY: Explanation(
        "The person replied: outreach stops for all, and somebody answers the same day."
    ),
    RuleId.EXIT_STAGE: Explanation(
        "Somebody moved the account to a stage at which its sequence has nothing to add.",
        "record it as a mistake: `relance record undo`",
    ),
    RuleId.EXIT_STATUS: Explanation(
        "Somebody made the account a prospect, so its cold sequence ends.",
        "record it as a mistake: `relance record undo`",
    ),
    RuleId.GAP_ENROLMENT: Explanation(
        "Two contacts of an enrolment keep the distance that the sequence asks for.",
        "publish a sequence with a smaller gap",
    ),
    RuleId.GAP_PERSON: Explanation(
        "Two contacts of a person keep the distance that the sequence asks for.",
        "publish a sequence with a smaller gap",
    ),
    RuleId.GROUP_TOGETHER: Explanation("Touches of one group share a day."),
    RuleId.HIERARCHY_ELECTED: Explanation(
        "Elected officials are contacted after an exchange with the service head.",
        "have that exchange, or plan the touch by hand with a reason",
    ),
    RuleId.HIERARCHY_OVERRIDDEN: Explanation(
        "Somebody contacted an elected official ahead of the service head, and said why."
    ),
    RuleId.HOLD_ACCOUNT: Explanation("Somebody paused the account.", "lift the hold"),
    RuleId.HOLD_CAMPAIGN: Explanation(
        "The whole campaign stands still.", "resume the campaign, or wait until its pause ends"
    ),
    RuleId.HOLD_ENDED: Explanation("The pause reached its end."),
    RuleId.HOLD_ENROLMENT: Explanation("Somebody paused the enrolment.", "lift the hold"),
    RuleId.HOLD_LIFTED: Explanation("Somebody lifted the pause."),
    RuleId.HOLD_PERSON: Explanation(
        "Somebody paused the contact with the person.", "lift the hold"
    ),
    RuleId.MAILBOX_ADDRESS_MISSING: Explanation(
        "The mailbox has no address to send from.", "publish the mailbox with its address"
    ),
    RuleId.MAILBOX_CORRECTED: Explanation("The mailbox was published anew, so it is held no more."),
    RuleId.MAILBOX_HELD: Explanation(
        "The mailbox is held: its own set-up was at fault, and every message would fail.",
        "mend the set-up, then lift the hold: `relance mailboxes lift`",
    ),
    RuleId.MAILBOX_LIFTED: Explanation("Somebody lifted the hold of the mailbox."),
    RuleId.MAILBOX_MALFORMED: Explanation(
        "The mailbox has an address, a name or links that no message can carry.",
        "correct mail.toml or publish the mailbox anew, then lift the hold",
    ),
    RuleId.MAILBOX_MISSING: Explanation(
        "The workspace has no mailbox to send from.", "publish one"
    ),
    RuleId.MAILBOX_REFUSED: Explanation(
        "The mail server refused us, not the recipient: greeting, encryption, password, sender "
        "address or policy.",
        "mend the set-up with whoever runs the server, then lift the hold",
    ),
    RuleId.MAILBOX_UNREACHABLE: Explanation(
        "The mail server of the mailbox did not take messages a moment ago.",
        "wait, or correct the server's settings",
    ),
    RuleId.MEETING_CANCELLED: Explanation("The meeting was cancelled.", "agree another one"),
    RuleId.MEETING_HOT: Explanation("The meeting showed that the account is ready to buy."),
    RuleId.MEETING_MOVED: Explanation("The meeting moved to another instant."),
    RuleId.MEETING_NEXT_STEP: Explanation(
        "A meeting that took place ends with a dated next step.",
        "give its date, object and deliverable",
    ),
    RuleId.MILESTONE_CALL: Explanation("The call ended with a next point."),
    RuleId.MILESTONE_DEFAULT: Explanation("The sequence fixed its own next point."),
    RuleId.MILESTONE_DUE: Explanation("The day of the account's next point has come."),
    RuleId.MILESTONE_MEETING: Explanation("The meeting ended with a next point."),
    RuleId.MILESTONE_MISSING: Explanation(
        "Nothing is to come for the account, so somebody fixes its next point.",
        "close the task with the next point, or leave it out with the reason to have none",
    ),
    RuleId.MILESTONE_ORDER: Explanation(
        "Somebody fixed the account's next point.", "give its date, object and deliverable"
    ),
    RuleId.MILESTONE_REPLY: Explanation("The answer to a reply ended with a next point."),
    RuleId.ORDER_FIRST_PERSON: Explanation(
        "The first person of a step is contacted before the others."
    ),
    RuleId.PERSON_LINK: Explanation("The person became known to an account, or by an address."),
    RuleId.PERSON_ORDER: Explanation(
        "Somebody added the person, or an address or number of the person."
    ),
    RuleId.PLAN_CAMPAIGN: Explanation(
        "The campaign was created, and its preparation tasks were planned."
    ),
    RuleId.PLAN_ENTRY: Explanation(
        "The account was enrolled, and its sequence was planned.",
        "give a start from which a step lies ahead",
    ),
    RuleId.PLAN_RULESET: Explanation(
        "Another ruleset came into force, and what was planned by the former one moved."
    ),
    RuleId.PLAN_STOOD_STILL: Explanation(
        "The plan stood still, and goes on in its order and at its distances."
    ),
    RuleId.PUBLICATION: Explanation("Somebody published it for the workspace."),
    RuleId.REPLY_BACK: Explanation("The answer to a reply led back to the outreach."),
    RuleId.REQUIRES_ATTEMPTED: Explanation(
        "The touch builds on another one, and comes only once that was attempted."
    ),
    RuleId.REQUIRES_DONE: Explanation(
        "The touch builds on a piece of work, and comes only once that is done."
    ),
    RuleId.REQUIRES_HELD: Explanation(
        "The touch builds on a meeting, and comes only once one took place.", "hold the meeting"
    ),
    RuleId.REQUIRES_REACHED: Explanation(
        "The touch builds on a call, and comes only once one reached somebody."
    ),
    RuleId.REQUIRES_SENT: Explanation(
        "The touch builds on a message, and comes only once that was sent."
    ),
    RuleId.ROLE_ANEW: Explanation(
        "Whoever takes a role over begins at its first step: nothing that somebody else was told "
        "counts."
    ),
    RuleId.ROLE_EMPTY: Explanation(
        "Nobody has the role that the touch is for.",
        "add a person with the role, or assign it to one: relance people add, relance assign",
    ),
    RuleId.ROLE_KNOWN: Explanation(
        "A role is one of those that the ruleset knows.",
        "name one of the roles, or publish a ruleset that knows it",
    ),
    RuleId.ROLE_NOBODY: Explanation(
        "Nobody will take over the role that the enrolment needs, so it ends."
    ),
    RuleId.ROLE_REQUIRED_LOST: Explanation(
        "The enrolment lost a person it cannot go on without.", "give the role to somebody else"
    ),
    RuleId.ROLE_SAME_PERSON: Explanation(
        "The person had this step already: in another role, or before somebody else had this one.",
        "give one of the roles to somebody else",
    ),
    RuleId.SALE_TAKEN_BACK: Explanation(
        "News of a sale had been recorded by mistake, so what it ended goes on.",
        "say so within thirty days of the news, with a reason",
    ),
    RuleId.SENDING_ORDER: Explanation(
        "Somebody held all sending, or let it go on.", "let it go on: `relance sending resume`"
    ),
    RuleId.SENDING_RESTORED: Explanation(
        "The home was restored from a backup: what left since, and who objected, it cannot know.",
        "settle what is unknown, record the objections since, then `relance sending resume`",
    ),
    RuleId.SILENCE_PROSPECT: Explanation(
        "Nothing has happened with the prospect for 45 days, and nothing is planned.",
        "give the next point: date, object and deliverable; or skip the task with its reason",
    ),
    RuleId.SKIP_ORDER: Explanation("Somebody left the touch out."),
    RuleId.STAGE_ENROLLED: Explanation(
        "The first enrolment began, which makes contact with the account."
    ),
    RuleId.STAGE_EXIT_MEETING: Explanation("A meeting was agreed, which begins the qualification."),
    RuleId.STAGE_EXIT_REPLY: Explanation("Somebody replied, which begins the qualification."),
    RuleId.STAGE_GUARD: Explanation(
        "A stage of the funnel is reached once its entry condition is met.",
        "meet the entry condition of the stage first",
    ),
    RuleId.STAGE_ORDER: Explanation("Somebody moved the account to the stage."),
    RuleId.STATUS_GUARD: Explanation(
        "An account goes from lead to prospect to client, and never back.",
        "go through the statuses in order",
    ),
    RuleId.STATUS_HOT: Explanation(
        "A meeting showed that the account is ready to buy, which makes it a prospect."
    ),
    RuleId.STATUS_INTERESTED: Explanation(
        "Somebody was interested on the phone, which makes the account a prospect."
    ),
    RuleId.STATUS_MEETING: Explanation("A meeting was agreed, which makes the account a prospect."),
    RuleId.STATUS_ORDER: Explanation("Somebody changed the status of the account."),
    RuleId.STATUS_PURCHASE: Explanation(
        "Only a purchase makes a client.",
        "give the signed contract or paid invoice: date and reference",
    ),
    RuleId.STEP_BLOCKING: Explanation(
        "An earlier step for the person is not over, and the others wait for it.",
        "finish or skip the earlier step",
    ),
    RuleId.STEP_DONE: Explanation("A step before it is over."),
    RuleId.STEP_DUE: Explanation("Its instant came."),
    RuleId.STEP_KNOWN: Explanation("It is known what became of the steps it waited for."),
    RuleId.SUPPRESSED: Explanation(
        "The address is on the list of those who asked for no more contact.", "nothing"
    ),
    RuleId.TASK_CLAIM: Explanation("Somebody took the task on."),
    RuleId.TASK_CLAIMED: Explanation(
        "Somebody else took the task on.", "ask the colleague who has it"
    ),
    RuleId.TASK_OUTCOME: Explanation("Somebody closed the task with its outcome."),
    RuleId.TOUCH_MOVED: Explanation("Another touch of the enrolment moved, and the rest made way."),
    RuleId.TOUCH_ORDER: Explanation("Somebody planned the touch by hand."),
    RuleId.UNKNOWN_PERSON: Explanation(
        "Somebody said what became of an attempt that nobody knew about.",
        "wait until the attempt is old enough",
    ),
    RuleId.VALUES_ORDER: Explanation("Somebody set values of the account."),
    RuleId.VALUES_SUPPLIED: Explanation("The values that were missing are there."),
    RuleId.VAULT_DAMAGED: Explanation(
        "The person's data could not be opened, so the message was not written.",
        "bring the keys back from their backup",
    ),
    RuleId.WINDOW_BRIDGE_DAY: Explanation(
        "Days between a public holiday and a week-end carry no contact.",
        "publish a ruleset without bridge days",
    ),
    RuleId.WINDOW_CLOSED: Explanation(
        "The hours of the touch were over before the message could leave.",
        "wait: the touch is attempted again at the instant shown",
    ),
    RuleId.WINDOW_GRANT: Explanation(
        "The hour in which the mailbox counts changed before the message could leave.",
        "wait: the touch is attempted again at the instant shown",
    ),
    RuleId.WINDOW_HOLIDAY: Explanation(
        "Public holidays carry no contact.", "publish a ruleset whose calendar leaves the day out"
    ),
    RuleId.WINDOW_HOURS: Explanation(
        "The hours of the day that suit the touch were over, or not yet open.",
        "wait for its hours, or publish a ruleset with other windows",
    ),
    RuleId.WINDOW_NEVER: Explanation(
        "No day within a year takes the touch.",
        "publish a ruleset or a sequence with another window",
    ),
    RuleId.WINDOW_NONE: Explanation("No further day takes the touch.", "plan a touch by hand"),
    RuleId.WINDOW_PASSED: Explanation(
        "The hours of the touch passed before it could happen, so it lands again."
    ),
    RuleId.WINDOW_QUIET_PERIOD: Explanation(
        "The ruleset keeps this time of the year quiet.",
        "publish a ruleset without the quiet period",
    ),
    RuleId.WINDOW_SCHOOL_HOLIDAY: Explanation(
        "School holidays carry no contact.", "publish a ruleset whose calendar leaves them out"
    ),
    RuleId.WINDOW_UNKNOWN: Explanation(
        "The ruleset has no window of this name.", "publish a ruleset that has it"
    ),
    RuleId.WINDOW_WEEKDAY: Explanation(
        "The hours that suit the touch open on other days of the week.",
        "publish a ruleset with other windows",
    ),
    RuleId.WINDOW_WEEKEND: Explanation(
        "Week-ends carry no contact.", "publish a ruleset with other windows"
    ),
    RuleId.WITHDRAW_ORDER: Explanation("Somebody withdrew the enrolment."),
    RuleId.ZONE_UNKNOWN: Explanation(
        "The time zone of the account is not known.",
        "give the account a time zone by its IANA name",
    ),
}


FORMER_RULES = frozenset({RuleId.CALL_MEETING, RuleId.CONTENT_UNWRITTEN})
"""Rules by which nothing is decided any more: older records name them, and are explained."""


def family_of(rule: str) -> str:
    """Return the first word of a rule's id: `window` of `window.holiday`."""
    return rule.partition(".")[0]
