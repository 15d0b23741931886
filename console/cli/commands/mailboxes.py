"""Mailboxes: who sends, how much at most, and whether one is held."""

from cyclopts import App

from console.cli.asking import ask_and_show
from console.cli.context import Context
from console.cli.parameters import AtLeastNone, AtLeastOne, ToldReason
from console.cli.typed import told
from console.desk.asking import intake_of
from console.desk.words import key_of, pairs_of
from engine.ids import WORKSPACE
from engine.requests import LiftMailbox, Mailbox, PublishMailbox
from infra.contacts.normal import normal_email, normal_phone
from infra.intake import new_input_id

app = App(name="mailboxes")


@app.command
async def publish(
    name: str,
    *,
    context: Context,
    address: str,
    sender_name: str,
    sender_function: str = "",
    sender_phone: str = "",
    data_contact: str = "",
    value: tuple[str, ...] = (),
    per_day_max: AtLeastOne = 100,
    per_domain_max: AtLeastOne = 20,
    gap_seconds: AtLeastNone = 5,
) -> None:
    """Make a sending mailbox known, or change it; names and addresses are sealed.

    For a value of a person, - reads the next line of standard input: what stands in
    arguments can be read by every user of the machine.

    Args:
        name: A short name of your own, such as contact.
        address: The address it sends from.
        sender_name: Who signs.
        sender_function: What the signer does.
        sender_phone: The signer's number.
        data_contact: The address for questions on personal data.
        value: A value for messages, societe=NAME or adresse_postale=TEXT; may be repeated.
        per_day_max: Messages in a rolling day.
        per_domain_max: Of these, to one recipient domain.
        gap_seconds: From one message to the next at least, and at most twice as long.
    """
    intake = await intake_of(context.session)
    sender = normal_email(told(address, "--address"), field_name="--address")
    texts = {
        "email": sender.value,
        "sender_name": told(sender_name, "--sender-name"),
        "sender_function": told(sender_function, "--sender-function"),
        "sender_phone": _phone(told(sender_phone, "--sender-phone")),
        "data_contact": _email(told(data_contact, "--data-contact")),
    }
    key = key_of(name, name="the mailbox")
    input_id = new_input_id()
    mailbox = Mailbox(
        name=key,
        domain=sender.domain,
        per_day_max=per_day_max,
        per_domain_max=per_domain_max,
        gap_seconds=gap_seconds,
        fields=await intake.seal(f"mailbox:{key}", texts, input_id=input_id),
        values=pairs_of(value, name="--value", example="societe=NAME"),
    )
    request = PublishMailbox(mailbox=mailbox)
    what = f"publish mailbox {key}"
    await ask_and_show(context, WORKSPACE, request, what=what, input_id=input_id)


def _phone(text: str) -> str:
    return normal_phone(text, field_name="--sender-phone").value if text else ""


def _email(text: str) -> str:
    return normal_email(text, field_name="--data-contact").value if text else ""


@app.command
async def lift(name: str, *, context: Context, reason: ToldReason) -> None:
    """Let messages go out again from a mailbox that is held; `relance status` shows which are.

    What waited goes in its order, and as far apart as it was planned.

    Args:
        name: Of the mailbox.
    """
    input_id = new_input_id()
    intake = await intake_of(context.session)
    sealed = await intake.seal(f"note:{input_id}", {"reason": reason}, input_id=input_id)
    request = LiftMailbox(mailbox=name, reason=sealed[0] if sealed else None)
    what = f"lift the hold of mailbox {name}"
    await ask_and_show(context, WORKSPACE, request, what=what, input_id=input_id)
