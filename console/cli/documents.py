"""Make documents of structs: some fields left out, some put in."""

from msgspec import Struct


def flat(struct: Struct, *leave_out: str, **added: object) -> dict[str, object]:
    """Return a struct's fields by name, without some, with others, sealed ones never opened.

    Examples:
        >>> from engine.plan import Role
        >>> flat(Role(name="dgs", is_required=True), "is_required", label="DGS")
        {'name': 'dgs', 'label': 'DGS'}
    """
    fields = {name: getattr(struct, name) for name in struct.__struct_fields__}
    return {name: value for name, value in (fields | added).items() if name not in leave_out}
