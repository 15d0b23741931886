"""Say whose an address or a number is already, before it makes a second person of one human."""

from collections.abc import Iterable

from console.desk.errors import UsageError
from console.desk.ports import Views
from infra.contacts.contact_points import tags_of
from infra.contacts.normal import NormalContact
from infra.vault.tags import Tagger
from projections.queries.concerned import PositionLine, marks_of, positions_at


async def check_whose(
    views: Views, tagger: Tagger, contacts: Iterable[NormalContact], *, person: str, is_new: bool
) -> None:
    """Look whether these are somebody else's own.

    Args:
        views: Where it is known.
        tagger: Names addresses and numbers.
        contacts: What is to be given; a switchboard or mairie@ is many people's anyway.
        person: To whom.
        is_new: Whether the person may take another id: the other's.

    Raises:
        UsageError: One is, by an id of a person other than this.
    """
    own = (contact for contact in contacts if not contact.is_shared)
    tags = {tag for contact in own for tag in tags_of(tagger, contact)}
    known = await views.ask(positions_at, sorted(tags)) if tags else ()
    others = [line for line in known if line.person != person and _is_own(line, tags)]
    if not others:
        return
    marks = await views.ask(marks_of, sorted(tags))
    if all(marks.get(tag, False) for line in others for tag in _tags_of(line, tags)):
        return
    found = others[0]
    whose = f"that of {found.person} ({found.role} of {found.title})"
    link = f"the same human is added with --person {found.person}; " if is_new else ""
    rule = "be an address or a number of nobody else"
    raise UsageError(
        "the contact", rule, whose, remedy=f"{link}somebody who shares it, with --another"
    )


def _is_own(line: PositionLine, tags: set[str]) -> bool:
    return any(not point.is_shared and tags.intersection(point.tags) for point in line.points)


def _tags_of(line: PositionLine, tags: set[str]) -> set[str]:
    return {tag for point in line.points for tag in point.tags} & tags
