"""The 190 invented people of the sample campaign, and the 80 accounts they sit in.

Nobody here exists: names are made of syllables, numbers lie in the blocks kept for
fiction, addresses under `.example`.  Whatever shows them says so.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from infra.contacts.normal import NormalContact, normal_email, normal_phone
from infra.sample.table import FOLDER, read_table

PEOPLE = FOLDER / "people.csv"


class SamplePerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invented person in a real account."""

    key: str  # "person-001"
    account_key: str
    role: str  # "responsable_service", "dgs"...
    civility: Literal["Madame", "Monsieur"] | None = None  # none: unknown, greet without
    given_name: str
    family_name: str
    function: str  # "responsable du service éducation"
    email: Annotated[str, Meta(pattern=r"^[a-z.]+@[a-z]+\.example$")]
    phone: Annotated[str, Meta(pattern=r"^\+33[0-9]{9}$")]  # E.164
    is_invented: bool  # always: the sample holds no real person
    source_contact: str  # names an invented page

    def __post_init__(self) -> None:
        """Refuse a person who is not marked as invented."""
        if not self.is_invented:
            rule = "expected every person of the sample to be invented"
            raise ValueError(rule)

    @property
    def salutation(self) -> str:
        """Return "Madame" and the family name, empty where the civility is unknown."""
        return f"{self.civility} {self.family_name}" if self.civility else ""

    @property
    def contacts(self) -> tuple[NormalContact, NormalContact]:
        """Return the address and the number."""
        return normal_email(self.email), normal_phone(self.phone)


def load_people(file: Path = PEOPLE) -> tuple[SamplePerson, ...]:
    """Return the people in the order of their accounts, the service head of each first.

    Raises:
        SampleDataError: A line is not an invented person; names file, line and rule.
    """
    return read_table(file, SamplePerson)
