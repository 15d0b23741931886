"""Find out of whom something is reported, and which addresses an objection concerns."""

from dataclasses import dataclass

import msgspec

from console.cli.desk import Desk
from console.desk.errors import UsageError
from console.desk.finding import Account, account_to_ask, people_of, person_of
from console.desk.names import touch_of
from console.desk.ports import Views
from engine.objections import covered, reports
from engine.values import ContactPoint
from infra.contacts.normal import normal_email, normal_phone
from infra.intake import Submission

_POINTS: msgspec.json.Decoder[tuple[ContactPoint, ...]] = msgspec.json.Decoder(
    tuple[ContactPoint, ...]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Of whom, and about which touch, something is reported."""

    account: Account
    person: str = ""
    touch: int = 0

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return f"{self.person} of {self.account.label}" if self.person else self.account.label


async def target_of(views: Views, text: str, person: str) -> Target:
    """Return what `T-...`, or an account and a person, mean.

    Raises:
        UsageError: It is neither a touch nor an account that can be asked.
    """
    if not text.upper().startswith("T-"):
        account = await account_to_ask(views, text)
        return Target(account=account, person=await person_of(views, account, person))
    name, number = touch_of(text)
    account = await account_to_ask(views, name)
    return Target(account=account, person=await person_of(views, account, person), touch=number)


async def objections(
    desk: Desk, text: str, person: str, *, address: str, number: str
) -> tuple[list[Submission], str]:
    """Return what to ask of each contact point concerned, and whose they are.

    Raises:
        UsageError: Nobody is named, or the person has neither address nor number.
        ContactPointError: What was typed is no address or number.
    """
    office = await desk.office()
    target = await target_of(await office.views(), text, person) if text else None
    tagger = await office.tagger()
    contacts = [normal_email(address)] if address else []
    contacts += [normal_phone(number)] if number else []
    tags = [tagger.tag(contact.channel, contact.identity) for contact in contacts]
    if target is not None:
        target = await _with_person(await office.views(), text, target)
        tags += covered(await _points(await office.views(), target))
    if not tags and target is not None and target.person:
        remedy = "nothing can be sent to this person; `relance withdraw` ends what is planned"
        raise UsageError("the objection", "concern an address or a number", "none", remedy=remedy)
    if not tags:
        remedy = "name a touch, an account with --person, --address or --number"
        raise UsageError("the objection", "concern an address or a number", "none", remedy=remedy)
    label = target.label if target else "an address"
    asked = reports(
        tags,
        account=target.account.id if target else "",
        person=target.person if target else "",
        touch=target.touch if target else 0,
    )
    return [Submission(stream=stream, request=request) for stream, request in asked], label


async def _with_person(views: Views, text: str, target: Target) -> Target:
    """Fill in whom the touch was addressed to, where nobody was named."""
    if target.person or not target.touch:
        return target
    why = await views.why(f"T-{text[2:]}")
    if why is None:
        remedy = f"`relance timeline {target.account.id}` lists the touches of the account"
        raise UsageError("the touch", "be known", text, remedy=remedy)
    return Target(account=target.account, person=why.touch.person, touch=target.touch)


async def _points(views: Views, target: Target) -> tuple[ContactPoint, ...]:
    people = await people_of(views, target.account)
    known = next((row.points for row in people if row.person == target.person), "[]")
    return _POINTS.decode(known)
