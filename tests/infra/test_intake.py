"""What a person typed is cleaned before it is sealed, or refused by the name of its field."""

import pytest

from engine.errors import InvalidValueError
from engine.texts import TEXT_MAX
from infra.intake import cleaned


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" ", ""),
        ("\u00a0", ""),
        ("Madame Perrin\u00a0", "Madame Perrin"),
        ("Madame Be\u0301ne\u0301dicte", "Madame Bénédicte"),
        ("deux\r\nlignes", "deux\nlignes"),
        ("l’été à 10\u202fh", "l’été à 10\u202fh"),
    ],
)
def test_a_text_is_trimmed_and_composed(typed: str, kept: str) -> None:
    """« Bonjour  , » was sent to who had been given a blank for a salutation."""
    assert cleaned("salutation", typed) == kept


@pytest.mark.parametrize(
    "typed", ["Madame\u2028Perrin", "a\x0bb", "a\x85b", "\x1b[2J", "x" * 2_001]
)
def test_what_no_message_holds_is_refused_and_never_quoted(typed: str) -> None:
    """It is sealed next: nobody could find out later which character it was."""
    with pytest.raises(InvalidValueError, match=r"expected salutation to .* got: ") as caught:
        cleaned("salutation", typed)

    assert typed not in str(caught.value)


def test_a_note_may_be_long() -> None:
    """Nobody writes it into a message."""
    assert cleaned("note", "x" * (TEXT_MAX + 1)) == "x" * (TEXT_MAX + 1)
