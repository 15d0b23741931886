"""How the parts of a plan are said, in files and in events."""

import pytest

from engine.plan import Anchor, AnchorKind, Offset, Unit


@pytest.mark.parametrize(
    ("anchor", "text"),
    [
        (Anchor(AnchorKind.START), "start"),
        (Anchor(AnchorKind.STEP, step="1.3"), "step 1.3"),
        (Anchor(AnchorKind.EVENT, event="salon"), "event(salon)"),
        (Anchor(AnchorKind.NTH_WEEKDAY, nth=2, weekday=3, month=5), "nth_weekday(2, 3, 5)"),
    ],
)
def test_an_anchor_is_said_as_files_write_it(anchor: Anchor, text: str) -> None:
    """Whoever asks why a touch is where it is reads the words of the sequence."""
    assert str(anchor) == text


@pytest.mark.parametrize(
    ("offset", "text"), [(Offset(2, Unit.BUSINESS_DAY), "+2 bd"), (Offset(-1, Unit.WEEK), "-1 w")]
)
def test_an_offset_is_said_with_its_sign_and_unit(offset: Offset, text: str) -> None:
    """Two what, and in which direction."""
    assert str(offset) == text
