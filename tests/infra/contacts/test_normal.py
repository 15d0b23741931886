"""Normal forms of addresses and numbers, and the refusals of what is none."""

import traceback
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import Channel
from infra.contacts.contact_points import ContactDraft, seal_contacts
from infra.contacts.errors import ContactPointError
from infra.contacts.normal import NormalContact, normal_email, normal_phone, phone_region
from infra.secret import Secret
from infra.vault.tags import Tagger
from sequences.rulesets import load_ruleset
from tests.infra.vault.examples import vault

MARKERS = ("zqxjw", "0612739182", "zqxjw@ville.fr")  # occur in no sentence of ours
TAGGER = Tagger(Secret(b"p" * 32))


class TestNormalEmail:
    """Addresses."""

    @pytest.mark.parametrize(
        "typed",
        ["jean.d@ville.example", " Jean.D@VILLE.example ", "JEAN.D@ville.EXAMPLE"],
    )
    def test_is_one_identity_however_typed(self, typed: str) -> None:
        """An objection must hold for the address, not for its capitals."""
        assert normal_email(typed).identity == "jean.d@ville.example"

    def test_keeps_the_case_to_write_to(self) -> None:
        """What stands before the @ belongs to the receiver (RFC 5321, 2.4)."""
        assert normal_email("Jean.D@Ville.example").value == "Jean.D@ville.example"

    def test_of_an_international_domain_is_ascii(self) -> None:
        """Mail goes by the ASCII form; both ways of typing it are one address."""
        contact = normal_email("contact@mairie-evrée.fr")

        assert contact.domain == "xn--mairie-evre-kbb.fr"
        assert contact == normal_email(contact.value)

    @pytest.mark.parametrize("domain", ["ville.example", "a.example.org", "example.com"])
    def test_of_a_reserved_domain_is_fiction(self, domain: str) -> None:
        """Invented people are marked as such wherever they show."""
        assert normal_email(f"a@{domain}").is_fiction

    def test_of_a_real_domain_is_not_fiction(self) -> None:
        """A real person must never be taken for an invented one."""
        assert not normal_email("a@notexample.fr").is_fiction

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("", "email.at_sign"),
            ("jean.ville.fr", "email.at_sign"),
            ("jean@@ville.fr", "email.at_sign"),
            ("jean@", "email.at_sign"),
            ("hélène@ville.fr", "email.ascii"),
            ("a..b@ville.fr", "email.local"),
            ("a b@ville.fr", "email.local"),
            ("a\nb@ville.fr", "email.local"),
            ("a@ville", "email.domain"),
            ("a@ville..fr", "email.domain"),
            ("a@localhost", "email.domain"),
            ("a@" + "b" * 300 + ".fr", "email.length"),
            ("a" * 65 + "@ville.fr", "email.length"),
        ],
    )
    def test_of_what_is_none_names_the_rule(self, typed: str, code: str) -> None:
        """An importer shows the rule beside the row."""
        with pytest.raises(ContactPointError, match=r"expected email to ") as raised:
            normal_email(typed)

        assert raised.value.code == code


class TestNormalPhone:
    """Numbers."""

    @pytest.mark.parametrize(
        "typed",
        ["05 49 78 79 80", "0549787980", "+33 5 49 78 79 80", "0033549787980", "05.49.78.79.80"],
    )
    def test_is_one_identity_however_typed(self, typed: str) -> None:
        """A number on two lists is one person's number."""
        assert normal_phone(typed).identity == "+33549787980"

    @pytest.mark.parametrize(
        ("department", "typed", "e164"),
        [
            ("974", "0262 12 34 56", "+262262123456"),
            ("974", "0692 12 34 56", "+262692123456"),
            ("972", "0596 10 12 34", "+596596101234"),
            ("971", "0590 12 34 56", "+590590123456"),
            ("973", "0594 12 34 56", "+594594123456"),
            ("976", "0269 60 12 34", "+262269601234"),
            ("988", "25 12 34", "+687251234"),
            ("79", "05 49 78 79 80", "+33549787980"),
        ],
    )
    def test_typed_nationally_is_read_where_it_is_typed(
        self, department: str, typed: str, e164: str
    ) -> None:
        """Read as metropolitan, an overseas number is refused, or reaches nobody."""
        assert normal_phone(typed, region=phone_region(department)).identity == e164

    def test_of_overseas_is_known_from_the_mainland(self) -> None:
        """France has one ten-digit plan: 0596 is Martinique from anywhere in it."""
        assert normal_phone("0596 10 12 34").identity == "+596596101234"

    def test_of_the_mainland_is_known_from_overseas(self) -> None:
        """A service head in Saint-Denis may have a Paris mobile."""
        assert normal_phone("06 12 34 56 78", region="RE").identity == "+33612345678"

    @pytest.mark.parametrize(
        "block", ["01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98"]
    )
    @pytest.mark.parametrize("region", ["FR", "YT"])
    def test_of_the_fiction_blocks_is_accepted_and_marked(self, block: str, region: str) -> None:
        """The sample's people have such numbers; the parser calls the mobile ones impossible."""
        contact = normal_phone(f"{block} 12 34", region=region)

        assert contact.is_fiction
        assert contact.identity == f"+33{block[1:].replace(' ', '')}1234"
        assert normal_phone(contact.value) == contact

    def test_beside_a_fiction_block_is_real(self) -> None:
        """Marked as invented, a real person would be left out of every safeguard."""
        assert not normal_phone("01 98 00 12 34").is_fiction

    def test_keeps_the_extension(self) -> None:
        """One switchboard serves a whole town hall; an objection is one person's."""
        assert normal_phone("05 49 78 79 80 poste 12").value == "+33549787980;ext=12"

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("", "phone.digits"),
            ("au standard", "phone.digits"),
            ("05 49", "phone.length"),
            ("05 49 78 79 80 81 82 83", "phone.length"),
            ("08 49 78 79 80", "phone.assigned"),
        ],
    )
    def test_of_what_is_none_names_the_rule(self, typed: str, code: str) -> None:
        """An importer shows the rule beside the row."""
        with pytest.raises(ContactPointError, match=r"expected phone to ") as raised:
            normal_phone(typed)

        assert raised.value.code == code


class TestPrivacy:
    """Nothing typed may come back in an error or a print."""

    @given(
        before=st.text(max_size=20) | st.sampled_from(["", "0", "+33", "a.", "é"]),
        marker=st.sampled_from(MARKERS),
        after=st.text(max_size=20) | st.sampled_from(["@b.fr", "@", "..x@b.fr", "@b", "345678"]),
        normalise=st.sampled_from([normal_email, normal_phone]),
    )
    def test_no_refusal_shows_the_value(
        self, before: str, marker: str, after: str, normalise: Callable[[str], NormalContact]
    ) -> None:
        """Refusals go to logs, terminals and support tickets, their causes with them."""
        try:
            shown = repr(normalise(before + marker + after))
        except ContactPointError as error:
            shown = "".join(traceback.format_exception(error))

        assert marker not in shown

    def test_a_contact_prints_without_its_value(self) -> None:
        """Objects land in tracebacks whole."""
        assert "jean" not in repr(normal_email("jean@ville.example"))


class TestTags:
    """The names of contact points."""

    def test_of_two_peppers_differ(self) -> None:
        """Without the pepper nobody can test a guessed address against the log."""
        other = Tagger(Secret(b"q" * 32))

        assert TAGGER.tag(Channel.EMAIL, "a@b.fr") != other.tag(Channel.EMAIL, "a@b.fr")

    def test_differ_by_channel(self) -> None:
        """A number is never mistaken for an address."""
        assert TAGGER.tag(Channel.EMAIL, "x") != TAGGER.tag(Channel.CALL, "x")

    def test_stay_as_they_are(self) -> None:
        """Tags name streams: one that changed would forget every objection."""
        assert TAGGER.tag(Channel.EMAIL, "a@ville.example") == "m4j2y2hmrwf4bnbg753xmdfdsawjnbaa"


async def test_contact_points_are_tagged_and_sealed_in_one_batch() -> None:
    """What an import hands to the engine."""
    keeper = vault()
    contacts = [normal_email("Jean@ville.example"), normal_phone("01 99 00 12 34")]

    points = await seal_contacts(
        keeper,
        TAGGER,
        [ContactDraft(subject="p-1", input_id="i-1", contact=contact) for contact in contacts],
    )

    assert [(point.channel, point.domain, point.sealed.field) for point in points] == [
        (Channel.EMAIL, "ville.example", "email"),
        (Channel.CALL, "", "phone"),
    ]
    assert await keeper.open([point.sealed for point in points]) == [
        "Jean@ville.example",
        "+33199001234",
    ]


def test_numbers_are_read_by_the_plan_that_the_ruleset_states() -> None:
    """Normal forms have a table of their own, since they need no ruleset: it says the same."""
    stated = {code: place.phone_region for code, place in load_ruleset().territories.items()}

    assert stated == {code: phone_region(code) for code in stated}
