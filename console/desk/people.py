"""Open the names of people for display, and only for that."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from console.cli.desk import Desk
from engine.values import ContactPoint, Sealed
from infra.vault.port import Erased
from projections.accounts.people import PersonRow

NAME_FIELDS = ("given_name", "family_name")
_FIELDS: msgspec.json.Decoder[tuple[Sealed, ...]] = msgspec.json.Decoder(tuple[Sealed, ...])
ERASED = "(effacé)"
INVENTED = "inventé"


def fields_of(people: Iterable[PersonRow]) -> dict[str, tuple[Sealed, ...]]:
    """Return the sealed fields of each person, as `opened_names` takes them."""
    return {one.person: _FIELDS.decode(one.fields) for one in people}


async def opened_names(desk: Desk, people: Mapping[str, Sequence[Sealed] | None]) -> dict[str, str]:
    """Return the name of each person, in one reading of the keys.

    Empty with `--no-names`; a person whose key is destroyed is called erased.
    """
    wanted = [
        (person, sealed)
        for person, fields in people.items()
        for sealed in fields or ()
        if sealed.field in NAME_FIELDS
    ]
    if not desk.shows_names or not wanted:
        return {}
    texts = await _opened(desk, [sealed for _, sealed in wanted])
    names: dict[str, list[str]] = {}
    for (person, _), text in zip(wanted, texts, strict=True):
        names.setdefault(person, []).append(text)
    return {person: " ".join(dict.fromkeys(parts)) for person, parts in names.items()}


async def opened_points(
    desk: Desk, people: Mapping[str, Iterable[ContactPoint] | None], *, channel: str
) -> dict[str, str]:
    """Return each person's first number (or address), as it is dialled."""
    firsts = {
        person: point
        for person, points in people.items()
        for point in [next((one for one in points or () if one.channel.value == channel), None)]
        if point is not None
    }
    if not desk.shows_names or not firsts:
        return {}
    texts = await _opened(desk, [point.sealed for point in firsts.values()])
    return dict(zip(firsts, texts, strict=True))


async def _opened(desk: Desk, sealed: Sequence[Sealed]) -> list[str]:
    vault = await (await desk.office()).vault()
    texts = await vault.open(sealed)
    return [ERASED if isinstance(text, Erased) else text for text in texts]


def person_text(person: str, role: str, name: str, *, is_invented: bool = False) -> str:
    """Return a person as one cell: name or id, role, and the mark of the invented."""
    who = name or person
    told = f"{who}, {role}" if role and who else who or role
    return f"{told} ({INVENTED})" if is_invented and told else told
