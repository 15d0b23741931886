"""What a home says of itself: which form it has, whether it is a sample, how far it played.

A small file, read before anything is started: a home of another form refuses to start
and is left as it is.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from infra.home.errors import HomeFileError, HomeFormError
from infra.sample.beginning import starts_at
from infra.vault.home_keys import FOLDER as KEYS_FOLDER

FILE_NAME = "home.json"
FORM = 1
"""The form of the folder; raised when older code could not read what newer code wrote."""


class Past(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The past of a sample: what is played, and how far that has got."""

    start_on: date  # of its campaign
    seed: int = 1  # of its correspondents
    now_at: datetime | None = None  # a given now; None: the wall clock's
    is_filled: bool = False
    is_played: bool = False

    @property
    def starts_at(self) -> datetime:
        """Return the instant at which the play begins."""
        return starts_at(self.start_on).astimezone(UTC)


class HomeFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file's content."""

    form: int = FORM
    past: Past | None = None  # None: a home of somebody's own

    @property
    def kind(self) -> Literal["own", "sample"]:
        """Return what sort of home it is."""
        return "own" if self.past is None else "sample"

    @property
    def start_on(self) -> date | None:
        """Return the start of a sample's campaign."""
        return self.past.start_on if self.past else None


def read_facts(home: Path) -> HomeFacts | None:
    """Return what the home says; None for a folder that is no home yet.

    Raises:
        HomeFormError: The home is of another form than this code knows.
        HomeFileError: The file does not decode, or a home has lost it.
    """
    try:
        data = (home / FILE_NAME).read_bytes()
    except FileNotFoundError:
        # It is written before any key.  Begun anew, a sample's invented people would get
        # real mail, or an own home the sample's people and clock.
        if (home / KEYS_FOLDER).exists():
            raise HomeFileError(home / FILE_NAME, "nothing") from None
        return None
    try:
        facts = msgspec.json.decode(data, type=HomeFacts)
    except msgspec.DecodeError as error:
        raise HomeFileError(home / FILE_NAME) from error
    if facts.form != FORM:
        raise HomeFormError(home, expected=FORM, found=facts.form)
    return facts


def write_facts(home: Path, facts: HomeFacts) -> None:
    """Replace the file as a whole; durable on return."""
    target = home / FILE_NAME
    draft = target.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(facts)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
