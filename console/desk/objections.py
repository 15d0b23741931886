"""Find out which addresses and numbers an objection concerns, and report it to each."""

import msgspec

from console.desk.errors import UsageError
from console.desk.finding import people_of, touch_to_read
from console.desk.ports import Views
from console.desk.session import Session
from console.desk.targets import Target, target_of
from engine.objections import covered, reports
from engine.values import ContactPoint
from infra.contacts.normal import normal_email, normal_phone
from infra.intake import Submission

_POINTS: msgspec.json.Decoder[tuple[ContactPoint, ...]] = msgspec.json.Decoder(
    tuple[ContactPoint, ...]
)
NOBODY = "name a touch, an account with --person, --address or --number"
UNREACHABLE = "nothing can be sent to this person; `relance withdraw` ends what is planned"


async def objections(
    session: Session, text: str, person: str, *, address: str, number: str
) -> tuple[list[Submission], str]:
    """Return what to ask of each contact point concerned, and whose they are.

    Raises:
        UsageError: Nobody is named, or the person has neither address nor number.
        ContactPointError: What was typed is no address or number.
    """
    views = await session.home.views()
    target = await target_of(views, text, person) if text else None
    tagger = await session.home.tagger()
    contacts = [normal_email(address)] if address else []
    contacts += [normal_phone(number)] if number else []
    tags = [tagger.tag(contact.channel, contact.identity) for contact in contacts]
    if target is not None:
        target = await _with_person(views, target)
        tags += covered(await _points(views, target))
    if not tags:
        remedy = UNREACHABLE if target and target.person else NOBODY
        raise UsageError("the objection", "concern an address or a number", "none", remedy=remedy)
    label = target.label if target else "an address"
    asked = reports(
        tags,
        account=target.account.id if target else "",
        person=target.person if target else "",
        touch=target.touch if target else 0,
    )
    return [Submission(stream=stream, request=request) for stream, request in asked], label


async def _with_person(views: Views, target: Target) -> Target:
    """Fill in whom the touch was addressed to, where nobody was named."""
    if target.person or not target.touch:
        return target
    found = await touch_to_read(views, target.account.id, target.touch)
    return Target(account=target.account, person=found.touch.person, touch=target.touch)


async def _points(views: Views, target: Target) -> tuple[ContactPoint, ...]:
    people = await people_of(views, target.account)
    known = next((row.points for row in people if row.person == target.person), "[]")
    return _POINTS.decode(known)
