"""What is kept of a mail server's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.mail.replies import enhanced_status, queue_id, without_addresses

RECIPIENT = "aurelie.vasseur@ville.example"


@pytest.mark.parametrize(
    ("text", "status"), [("5.1.1 Unknown", "5.1.1"), ("Unknown 5.1.1", ""), ("", "")]
)
def test_status_stands_at_the_head(text: str, status: str) -> None:
    """A number inside a sentence may be a version or an address."""
    assert enhanced_status(text) == status


@pytest.mark.parametrize(
    ("text", "name"),
    [("2.0.0 Ok: queued as 4F1D2C", "4F1D2C"), ("2.0.0 OK 1700 d9443c01a7336-gsmtp", "")],
)
def test_queue_id_is_read_where_it_is_surely_one(text: str, name: str) -> None:
    """People search the mail server's log for it."""
    assert queue_id(text) == name


@given(before=st.text(max_size=30), after=st.text(max_size=30))
def test_no_address_survives(before: str, after: str) -> None:
    """Refusals are kept for ever."""
    said = f"{before} <{RECIPIENT.upper()}> x.y@z.example aurelie.vasseur {after}"

    shown = without_addresses(said, recipient=RECIPIENT).lower()

    assert "vasseur" not in shown
    assert "x.y@z" not in shown


def test_text_is_one_printable_line_of_bounded_length() -> None:
    """A hostile server must not paint on the terminal of whoever reads the log."""
    shown = without_addresses("a\x1b[31m\nb " + "c" * 500, recipient=RECIPIENT)

    assert shown.startswith("a [31m b c")
    assert len(shown) == 200


def test_a_reply_of_any_length_takes_no_time_and_shows_no_half_address() -> None:
    """Looking for addresses from each letter on took seconds for 64 KiB without one."""
    shown = without_addresses("a" * 1_000_000, recipient=RECIPIENT)
    assert not shown

    cut = without_addresses(f"{'x' * 990} {RECIPIENT} {'y' * 500}", recipient=RECIPIENT)
    assert "aurelie" not in cut
