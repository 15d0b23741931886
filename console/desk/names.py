"""Open the names of people for display, and only for that."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from console.desk.session import Session
from engine.values import Channel, ContactPoint, Sealed
from infra.contacts.contact_points import is_of, stop_tags
from infra.vault.port import Erased
from projections.accounts.people import PersonRow
from projections.queries.suppressions import stopped_names

NAME_FIELDS = ("given_name", "family_name")
_FIELDS: msgspec.json.Decoder[tuple[Sealed, ...]] = msgspec.json.Decoder(tuple[Sealed, ...])
ERASED = "(effacé)"


def fields_of(people: Iterable[PersonRow]) -> dict[str, tuple[Sealed, ...]]:
    """Return the sealed fields of each person, as `opened_names` takes them."""
    return {row.person: _FIELDS.decode(row.fields) for row in people}


async def opened_names(
    session: Session, people: Mapping[str, Sequence[Sealed] | None]
) -> dict[str, str]:
    """Return the name of each person, in one reading of the keys.

    Empty where names are not shown; a person whose key is destroyed is called erased.
    """
    wanted = [
        (person, sealed)
        for person, fields in people.items()
        for sealed in fields or ()
        if sealed.field in NAME_FIELDS
    ]
    if not session.shows_names or not wanted:
        return {}
    texts = await _opened(session, [sealed for _, sealed in wanted])
    names: dict[str, list[str]] = {}
    for (person, _), text in zip(wanted, texts, strict=True):
        names.setdefault(person, []).append(text)
    return {person: " ".join(dict.fromkeys(parts)) for person, parts in names.items()}


async def opened_points(
    session: Session, people: Mapping[str, Iterable[ContactPoint] | None], *, channel: Channel
) -> dict[str, str]:
    """Return each person's first number (or address), as it is dialled.

    One whose tag is not its own is left out: no stop would find it.  So is one that is
    stopped under a name that older homes did not give it: the switchboard of an extension,
    another form of the line.
    """
    firsts = {
        person: point
        for person, points in people.items()
        for point in [next((known for known in points or () if known.channel is channel), None)]
        if point is not None
    }
    if not session.shows_names or not firsts:
        return {}
    texts = await _opened(session, [point.sealed for point in firsts.values()])
    tagger = await session.home.tagger()
    found = {
        person: text
        for (person, point), text in zip(firsts.items(), texts, strict=True)
        if text == ERASED or is_of(tagger, point, text)
    }
    names = {person: stop_tags(tagger, channel, text) for person, text in found.items()}
    views = await session.home.views()
    stopped = await views.ask(
        stopped_names, sorted({tag for tags in names.values() for tag in tags})
    )
    return {person: text for person, text in found.items() if stopped.isdisjoint(names[person])}


async def _opened(session: Session, sealed: Sequence[Sealed]) -> list[str]:
    vault = await session.home.vault()
    texts = await vault.open(sealed)
    return [ERASED if isinstance(text, Erased) else text for text in texts]
