"""Links that only we can make."""

from hypothesis import given
from hypothesis import strategies as st

from infra.mail.links import Link, LinkPurpose, LinkSigner
from infra.secret import Secret
from tests.infra.mail.examples import SECRET

SIGNER = LinkSigner(SECRET)
LINK = Link(purpose=LinkPurpose.UNSUBSCRIBE, account="217901911", person="p-12")
LINKS = st.builds(
    Link,
    purpose=st.sampled_from(LinkPurpose),
    account=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    person=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


@given(link=LINKS)
def test_reads_back_what_was_signed(link: Link) -> None:
    """One click must find its person."""
    assert SIGNER.parse(SIGNER.token(link)) == link


def test_stays_as_it_is() -> None:
    """People press links in messages that are years old."""
    assert SIGNER.token(LINK) == "UORT1QUVH29DbJyEZRgnJIVO2rm_eWZE7e0_1AuK8ggaa-d5HtlJRea_nhU"


@given(link=LINKS)
def test_ends_as_no_mail_program_would_cut_it(link: Link) -> None:
    """Six of 360 lost their last letter, and a person's way to object with it."""
    assert SIGNER.token(link)[-1] not in "-_."


def test_that_ended_badly_in_an_older_message_stays_valid() -> None:
    """Whoever has the whole of it can still press it."""
    links = [Link(purpose=LINK.purpose, account="1", person=f"p-{n}") for n in range(400)]
    older = {SIGNER._spelled(link, 0): link for link in links}
    cut_off = {token: link for token, link in older.items() if token[-1] in "-_"}

    assert cut_off
    assert all(SIGNER.parse(token) == link for token, link in cut_off.items())
    assert all(SIGNER.parse(SIGNER.token(link)) == link for link in cut_off.values())


@given(index=st.integers(0, 1000), letter=st.sampled_from("ABab01-_=+/ é"))
def test_any_changed_letter_makes_it_void(index: int, letter: str) -> None:
    """Nobody may unsubscribe, or ask for the data of, the person next in line."""
    token = SIGNER.token(LINK)
    place = index % len(token)
    changed = token[:place] + letter + token[place + 1 :]

    assert SIGNER.parse(changed) == (LINK if changed == token else None)


@given(token=st.text(max_size=2000))
def test_anything_else_is_void(token: str) -> None:
    """The address is public: everything will be tried on it."""
    assert SIGNER.parse(token) is None


def test_tells_a_stranger_nothing() -> None:
    """Links pass through proxies, scanners and histories."""
    token = SIGNER.token(LINK)
    other = SIGNER.token(Link(purpose=LINK.purpose, account=LINK.account, person="p-13"))

    assert LINK.person not in token
    assert token[:8] != other[:8]


def test_of_another_home_is_void() -> None:
    """Each installation answers for its own people."""
    assert LinkSigner(Secret(b"o" * 32)).parse(SIGNER.token(LINK)) is None
