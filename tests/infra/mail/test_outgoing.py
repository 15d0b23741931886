"""What cannot be handed to a mail server in the first place."""

import pytest

from engine.errors import InvalidValueError
from tests.infra.mail.examples import MESSAGE_ID, outgoing


class TestOutgoing:
    """What cannot be handed over in the first place."""

    @pytest.mark.parametrize("recipient", ["a@b.fr>\r\nRCPT TO:<c@d.fr", "a b@c.fr", "é@c.fr", ""])
    def test_recipient_that_could_inject_a_command_is_our_fault(self, recipient: str) -> None:
        """One crafted address in an import must not send mail elsewhere."""
        with pytest.raises(InvalidValueError, match=r"expected recipient to .* got: \(withheld\)"):
            outgoing(recipient=recipient)

    @pytest.mark.parametrize(
        "content", [b"a\r\n.\nMAIL", b"a\rb\r\n", b"no end", b"x" * 999 + b"\r\n"]
    )
    def test_content_that_servers_read_differently_is_our_fault(self, content: bytes) -> None:
        """A bare line end lets a second message be smuggled in the first."""
        with pytest.raises(InvalidValueError, match="expected content to"):
            outgoing(content=content)

    def test_prints_without_address_and_text(self) -> None:
        """Objects land in tracebacks whole."""
        assert repr(outgoing()) == f"Outgoing(message_id='{MESSAGE_ID}')"
