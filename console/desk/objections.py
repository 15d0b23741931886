"""Find out whom an objection touches, and what is told to whom.

Said of a person, it stops that person everywhere.  Said of an address, it is its owner's
word if the address is one person's own, and the end of that one channel if it is shared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec import Struct

from console.desk.errors import UsageError
from console.desk.finding import people_of, touch_to_read
from console.desk.ports import Views
from console.desk.session import Session
from console.desk.targets import Target, target_of
from engine.ids import StreamId
from engine.objections import of_person, of_points
from engine.requests import Request
from infra.contacts.contact_points import tags_of
from infra.contacts.normal import normal_email, normal_phone
from infra.intake import Submission
from projections.queries.concerned import PositionLine, marks_of, positions_at, positions_of

NOBODY = "name a touch, an account with --person, --address or --number"

STOPPED, CHANNEL, OPEN = "stopped", "channel", "open"


class Concerned(Struct, frozen=True, kw_only=True):
    """One position that an objection touches, or passes by, and how."""

    account: str
    title: str
    person: str
    role: str
    effect: str  # "stopped", "channel" (that one alone is stopped), "open" (shares a point: stays)
    channel: str = ""  # of the shared point


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What an objection is about: a person, points that were named, or both."""

    target: Target | None
    tags: tuple[str, ...]

    @property
    def person(self) -> str:
        """Return who objects; empty if only addresses are named."""
        return self.target.person if self.target else ""

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return self.target.label if self.target else "an address"

    def reports(self) -> tuple[tuple[StreamId, Request], ...]:
        """Return what is told to the person, and to each point that was named."""
        account = self.target.account.id if self.target else ""
        touch = self.target.touch if self.target else 0
        of_named = of_points(self.tags, account=account, person=self.person, touch=touch)
        if not self.person:
            return of_named
        return (of_person(self.person, account=account, touch=touch), *of_named)


async def aim_of(session: Session, text: str, person: str, *, address: str, number: str) -> Aim:
    """Return what an objection is about, of what was typed.

    Raises:
        UsageError: Nobody is named, or somebody the account does not know.
        ContactPointError: What was typed is no address or number.
    """
    views = await session.home.views()
    target = await _known(views, await target_of(views, text, person)) if text else None
    tagger = await session.home.tagger()
    contacts = [normal_email(address)] if address else []
    contacts += [normal_phone(number)] if number else []
    tags = tuple(tag for contact in contacts for tag in tags_of(tagger, contact))
    if target is None and not tags:
        raise UsageError("the objection", "concern a person or an address", "none", remedy=NOBODY)
    return Aim(target=target, tags=tags)


def submissions(asked: Iterable[tuple[StreamId, Request]]) -> list[Submission]:
    """Return what is asked as it is submitted, each under a name of its own."""
    return [Submission(stream=stream, request=request) for stream, request in asked]


async def concerned(views: Views, aim: Aim) -> tuple[Concerned, ...]:
    """Return whom an objection touches as far as the views know, the stopped first.

    What is decided then says it again: an account that learned of the person or the
    address a moment ago is stopped all the same.
    """
    named = await views.ask(positions_at, list(aim.tags)) if aim.tags else ()
    marks = await views.ask(marks_of, list(aim.tags)) if aim.tags else {}
    persons = {aim.person} - {""}
    shared: set[str] = set()
    for tag in aim.tags:
        reached = [line for line in named if line.point({tag})]
        if _is_shared(tag, reached, marks):
            shared.add(tag)
        else:
            persons.update(line.person for line in reached)
    stopped = await views.ask(positions_of, sorted(persons)) if persons else ()
    own = {tag for line in stopped for point in line.points for tag in point.tags}
    beside = await views.ask(positions_at, sorted(own - shared)) if own - shared else ()
    return (
        *(_line(line, STOPPED) for line in stopped),
        *_others(named, persons, shared, CHANNEL),
        *_others(beside, persons, own - shared, OPEN),
    )


def _others(
    lines: Iterable[PositionLine], stopped: set[str], tags: set[str], effect: str
) -> Iterator[Concerned]:
    for line in lines:
        point = line.point(tags)
        if point is not None and line.person not in stopped:
            yield _line(line, effect, point.channel.value)


def _line(line: PositionLine, effect: str, channel: str = "") -> Concerned:
    return Concerned(
        account=line.account,
        title=line.title,
        person=line.person,
        role=line.role,
        effect=effect,
        channel=channel,
    )


def _is_shared(tag: str, reached: list[PositionLine], marks: dict[str, bool]) -> bool:
    """Whether an address is shared, as `engine.contact_point` decides it."""
    if tag in marks:
        return marks[tag]
    points = [line.point({tag}) for line in reached]
    is_guessed = any(point.is_shared or point.behind == tag for point in points if point)
    return is_guessed or len({line.person for line in reached}) > 1


async def _known(views: Views, target: Target) -> Target:
    """Return the target with its person: whom the touch was addressed to, if nobody was named.

    Raises:
        UsageError: The account does not know such a person.
    """
    if not target.person and target.touch:
        found = await touch_to_read(views, target.account.id, target.touch)
        target = Target(account=target.account, person=found.touch.person, touch=target.touch)
    known = {row.person for row in await people_of(views, target.account)}
    if target.person not in known:
        rule = "name a person whom the account knows"
        remedy = f"{NOBODY}; `relance timeline {target.account.id}` lists its people"
        raise UsageError("the objection", rule, remedy=remedy)
    return target
