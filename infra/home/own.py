"""What an own home publishes of itself: the French ruleset, and the mailbox it writes from."""

from hashlib import sha256
from pathlib import Path

from engine.ids import WORKSPACE, InputId
from engine.requests import Mailbox, PublishMailbox, PublishRuleset
from infra.home.mail_file import MailFile, read_mail_file
from infra.intake import Intake, Submission
from sequences.rulesets import load_ruleset

MAILBOX = "contact"


async def publish_own(intake: Intake, home: Path) -> None:
    """Publish what is not in force yet; the same content again changes nothing."""
    ruleset = load_ruleset()
    name = InputId(f"home:ruleset:{ruleset.version}")
    first = PublishRuleset(ruleset=ruleset, is_first=True)
    submissions = [Submission(id=name, stream=WORKSPACE, request=first)]
    read = read_mail_file(home)
    if read is not None:
        submissions.append(await _mailbox(intake, read))
    await intake.ask(submissions)


async def _mailbox(intake: Intake, read: MailFile) -> Submission:
    digest = sha256(repr(read).encode()).hexdigest()[:16]
    name = InputId(f"home:mailbox:{digest}")
    sender = read.sender
    fields = {"email": read.from_address}
    values: dict[str, str] = {}
    if sender is not None:
        fields |= {
            "sender_name": sender.name,
            "sender_function": sender.function,
            "sender_phone": sender.telephone,
            "data_contact": sender.data_contact,
        }
        values = {"societe": sender.company, "adresse_postale": sender.postal_address}
        values |= {"duree_conservation": sender.retention} if sender.retention else {}
    mailbox = Mailbox(
        name=MAILBOX,
        domain=read.from_address.rpartition("@")[2],
        per_day_max=read.messages_per_day,
        per_domain_max=read.messages_per_domain,
        gap_seconds=read.seconds_between_messages,
        fields=await intake.seal(f"mailbox:{MAILBOX}", fields, input_id=name),
        values=values,
    )
    return Submission(id=name, stream=WORKSPACE, request=PublishMailbox(mailbox=mailbox))
