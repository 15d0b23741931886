"""Messages as bytes, read back by the standard library."""

import email
import email.policy
import string
from datetime import datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.mail.errors import MessageFieldError
from infra.mail.message import Draft, MailAddress, Unsubscribe, compose
from sequences.invisible import without_invisible
from tests.infra.mail.examples import AT, FROM, MESSAGE_ID, TO, UNSUBSCRIBE, draft

SHOWN = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
WORDS = st.lists(st.text(string.ascii_letters, min_size=1, max_size=90), min_size=1, max_size=9)
LINE = st.text(alphabet=SHOWN, min_size=1, max_size=200) | WORDS.map(" ".join)
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=2000) | st.lists(
    st.sampled_from(["From ", "\n", "x" * 30, "é"]), max_size=60
).map("".join)


def parsed(content: bytes) -> EmailMessage:
    """Return a message as the standard library reads it."""
    return email.message_from_bytes(content, policy=email.policy.default)


def text_of(message: EmailMessage, subtype: str) -> str:
    """Return the text of one part, line ends as in Python."""
    (part,) = [part for part in message.walk() if part.get_content_subtype() == subtype]
    return str(part.get_content()).replace("\r\n", "\n")


def recipient_of(content: bytes) -> tuple[str, str]:
    """Return name and address in `To`.

    Read by the older parser: the newer one puts a space between two encoded words of a
    name, which RFC 2047 (6.2) says to ignore.
    """
    raw = str(email.message_from_bytes(content, policy=email.policy.compat32)["To"])
    phrase, address = parseaddr(raw)
    return str(make_header(decode_header(phrase))), address


def as_lines(text: str) -> str:
    """Return a text as a message carries it: ends of lines are one kind, the last line has one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines if lines.endswith("\n") else lines + "\n"


class TestRoundTrip:
    """What was written is what is read."""

    def test_everything_arrives(self) -> None:
        """The whole of a usual message, in French."""
        message = parsed(compose(draft(html="<p>À bientôt.</p>", references=("<a@b>", "<c@d>"))))

        assert message.defects == []
        assert {name: str(message[name]) for name in message if name != "Content-Type"} == {
            "From": f"Camille Martin <{FROM}>",
            "To": f"Aurélie Vasseur <{TO}>",
            "Subject": "Réussir le projet éducation de Niort",
            "Date": "Tue, 12 Jan 2027 09:30:00 +0000",
            "Message-ID": MESSAGE_ID,
            "In-Reply-To": "<c@d>",
            "References": "<a@b> <c@d>",
            "List-Unsubscribe": f"<{UNSUBSCRIBE.url}>,"
            f" <mailto:{UNSUBSCRIBE.mailto}?subject={UNSUBSCRIBE.mailto_subject}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "MIME-Version": "1.0",
        }
        assert text_of(message, "plain") == "Bonjour,\n\nÀ bientôt.\n"
        assert text_of(message, "html") == "<p>À bientôt.</p>\n"

    @given(text=TEXT, html=TEXT)
    def test_any_text_survives(self, text: str, html: str) -> None:
        """Templates are filled with what people typed anywhere."""
        message = parsed(compose(draft(text=text, html=html)))

        assert (text_of(message, "plain"), text_of(message, "html")) == (
            as_lines(text),
            as_lines(html),
        )

    @given(subject=LINE, name=LINE)
    def test_any_subject_and_name_survive(self, subject: str, name: str) -> None:
        """Names come with apostrophes, quotes, accents and signs from everywhere."""
        content = compose(draft(subject=subject, to=MailAddress(address=TO, display_name=name)))

        assert parsed(content)["Subject"] == without_invisible(subject)
        assert recipient_of(content) == (" ".join(without_invisible(name).split()), TO)

    @given(text=TEXT, subject=LINE, name=LINE)
    def test_bytes_are_what_every_server_takes(self, text: str, subject: str, name: str) -> None:
        """Seven bits, CRLF, short lines: nothing on the way has a reason to rewrite it."""
        sender = MailAddress(address=FROM, display_name=name)
        content = compose(draft(text=text, subject=subject, sender=sender))
        lines = content.split(b"\r\n")
        head = content.partition(b"List-Unsubscribe")[0].split(b"\r\n")

        assert content.isascii()
        assert b"\r" not in b"".join(lines)
        assert b"\n" not in b"".join(lines)
        assert max(map(len, lines)) <= 998
        assert max(map(len, content.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
        assert max(len(line) for line in head if not line.startswith(b"Message-ID")) <= 76

    def test_same_draft_gives_the_same_bytes(self) -> None:
        """A resend after a refusal is the message whose hash stands in the log."""
        one, two = (compose(draft(html="<p>x</p>")) for _ in range(2))

        assert one == two

    def test_date_is_shown_in_its_own_zone(self) -> None:
        """The reader sees the sender's clock."""
        at = datetime(2027, 1, 12, 9, 30, tzinfo=timezone(timedelta(hours=1)))

        assert parsed(compose(draft(at=at)))["Date"] == "Tue, 12 Jan 2027 09:30:00 +0100"
        assert at != AT


class TestHeaders:
    """Headers that mail services read by machine."""

    def test_unsubscribe_link_stands_unbroken_on_the_wire(self) -> None:
        """Turned into encoded words it is ignored, and people press "spam" instead."""
        content = compose(draft())

        assert f"List-Unsubscribe: <{UNSUBSCRIBE.url}>,\r\n".encode() in content
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content

    def test_without_a_page_unsubscribing_goes_by_mail_and_promises_no_click(self) -> None:
        """A service that posts to a page nobody answers tells people that they are unsubscribed."""
        by_mail = Unsubscribe(mailto=FROM, mailto_subject="stop%20ttt")

        content = compose(draft(unsubscribe=by_mail))

        assert f"List-Unsubscribe: <mailto:{FROM}?subject=stop%20ttt>\r\n".encode() in content
        assert b"List-Unsubscribe-Post" not in content

    def test_without_unsubscription_there_is_no_such_header(self) -> None:
        """A sequence may switch it off, since it silences absence replies."""
        assert b"List-Unsubscribe" not in compose(draft(unsubscribe=None))

    def test_long_threads_keep_both_ends(self) -> None:
        """Readers thread by the first and the latest; the line must not grow for ever."""
        references = tuple(f"<m{number}@x.example>" for number in range(50))

        shown = str(parsed(compose(draft(references=references)))["References"]).split(" ")

        assert shown == [references[0], *references[-19:]]

    def test_encoded_words_keep_to_their_length(self) -> None:
        """RFC 2047: 75 characters each; longer ones are shown raw."""
        content = compose(draft(subject="é" * 800))
        words = [word for word in content.split() if word.startswith(b"=?")]

        assert max(map(len, words)) <= 75

    @pytest.mark.parametrize(
        "subject", ["é" * 21, "Le budget " * 20, "x" * 200, "a" * 68, "a" * 67]
    )
    def test_the_first_line_of_a_subject_is_no_longer_than_the_others(self, subject: str) -> None:
        """It holds the header's name too; readers and filters cut what is longer."""
        content = compose(draft(subject=subject.strip()))
        lines = content.partition(b"Subject: ")[2].partition(b"\r\nDate")[0].split(b"\r\n")

        assert len(b"Subject: " + lines[0]) <= 76
        assert max(map(len, lines)) <= 76
        assert parsed(content)["Subject"] == subject.strip()

    @pytest.mark.parametrize("text", ["From here on\n", "x" * 75 + "From here\n", "From " * 40])
    def test_no_line_begins_a_mailbox_of_one_file(self, text: str) -> None:
        """A server on the way would write `>From`, and a signature over the text would break."""
        content = compose(draft(text=text))

        assert b"\r\nFrom " not in content
        assert text_of(parsed(content), "plain") == as_lines(text)

    def test_what_turns_words_round_is_left_out(self) -> None:
        """A name that was copied from a page must not show another sender, or hide a word."""
        sender = MailAddress(address=FROM, display_name="Camille\u202e nitraM\u202c")
        message = parsed(compose(draft(subject="Écoles\u200b \u2067x\u2069", sender=sender)))

        assert str(message["Subject"]) == "Écoles x"
        assert str(message["From"]) == f"Camille nitraM <{FROM}>"


class TestRefusals:
    """What no message may carry."""

    @pytest.mark.parametrize(
        "end", ["\n", "\r", "\r\n", "\x00", "\x0b", "\x85", "\u2028", "\ud800"]
    )
    @pytest.mark.parametrize("part", ["subject", "name"])
    def test_line_ends_in_headers_are_refused(self, end: str, part: str) -> None:
        """A name with a line end would add headers, recipients, or a second text."""
        text = f"Camille{end}Bcc: x@y.example"
        changed = (
            draft(subject=text)
            if part == "subject"
            else draft(to=MailAddress(address=TO, display_name=text))
        )

        with pytest.raises(MessageFieldError, match="be one line without control") as raised:
            compose(changed)

        assert "Camille" not in str(raised.value)

    @pytest.mark.parametrize(
        ("changed", "match"),
        [
            (draft(subject="x" * 901), "expected subject to have at most 900"),
            (draft(to=MailAddress(address="é@x.fr")), "expected to address to be an ASCII"),
            (
                draft(to=MailAddress(address="a@x.fr>\r\nX: y")),
                "expected to address to be an ASCII",
            ),
            (draft(message_id="x"), "expected message id to be"),
            (draft(references=("<a b@c>",)), "expected message id to be"),
            (draft(text="\ud800"), "expected text to be Unicode"),
            (draft(unsubscribe=Unsubscribe(url="http://x", mailto=FROM)), "begin with https"),
            (draft(unsubscribe=Unsubscribe(url="https://x y", mailto=FROM)), "be an ASCII link"),
            (draft(unsubscribe=Unsubscribe(url="https://x", mailto="x")), "unsubscribe address"),
            (
                draft(unsubscribe=Unsubscribe(url="https://x", mailto=FROM, mailto_subject="a b")),
                "unsubscribe subject",
            ),
        ],
    )
    def test_each_rule_is_named(self, changed: Draft, match: str) -> None:
        """The touch is blocked with this sentence, and somebody must know what to correct."""
        with pytest.raises(MessageFieldError, match=match):
            compose(changed)

    def test_draft_prints_without_people(self) -> None:
        """Objects land in tracebacks whole."""
        shown = repr(draft())

        assert not any(part in shown for part in ("Vasseur", "vasseur", "projet", "Bonjour", "ttt"))
