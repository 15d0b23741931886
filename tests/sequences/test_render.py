"""What a person receives, and what keeps a text from going out."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidValueError
from engine.plan import Message
from sequences.catalogue import find_sequence
from sequences.errors import MissingValueError, TextTooLongError
from sequences.load import load
from sequences.render import BYTES_MAX, MessageValue, Rendered, missing_values, render
from sequences.variables import VARIABLES

GREETING = Message(
    subject="{{ probleme|maj }}",
    body="Bonjour{% if civilite_nom %} {{ civilite_nom }}{% endif %},\n\n{{ probleme|de }}\n",
    needs=("probleme",),
    may_use=("civilite_nom",),
)


def _library(key: str) -> Message:
    sequence = load(find_sequence("collectivite-prise-de-contact-30j")).sequence
    assert sequence is not None
    return sequence.messages[key]


def _values(**given_values: MessageValue) -> dict[str, MessageValue]:
    flags: dict[str, MessageValue] = {name: False for name, it in VARIABLES.items() if it.is_flag}
    filled: dict[str, MessageValue] = {
        name: f"le {name}" for name, it in VARIABLES.items() if it.origin == "engine"
    }
    return {**filled, "probleme": "les inscriptions", **flags, **given_values}


def _typed(message: Message, values: dict[str, MessageValue]) -> str:
    """Return the body as its author typed it: plain spaces, straight apostrophes."""
    return render(message, values).body.replace("\u00a0", " ").replace("’", "'")


def test_a_known_person_is_greeted_by_name() -> None:
    """The greeting is the first thing read."""
    rendered = render(GREETING, {"probleme": "les inscriptions", "civilite_nom": "Madame Perrin"})

    assert rendered.subject == "Les inscriptions"
    assert rendered.body == "Bonjour Madame Perrin,\n\ndes inscriptions\n"


@pytest.mark.parametrize("values", [{"civilite_nom": ""}, {}])
def test_an_unknown_name_leaves_a_plain_greeting(values: dict[str, MessageValue]) -> None:
    """« Bonjour , » shows a machine at work."""
    rendered = render(GREETING, {"probleme": "les inscriptions", **values})

    assert rendered.body.startswith("Bonjour,\n")


@pytest.mark.parametrize("values", [{}, {"probleme": ""}, {"probleme": " \n"}])
def test_a_missing_value_blocks_the_text_and_is_named(values: dict[str, MessageValue]) -> None:
    """A vague word in its place would be worse than no message."""
    with pytest.raises(MissingValueError, match="expected variable probleme to have") as caught:
        render(GREETING, {"civilite_nom": "Madame Perrin", **values})

    assert caught.value.variable == "probleme"
    assert "Perrin" not in str(caught.value)


def test_what_is_missing_can_be_asked_before() -> None:
    """A task list shows all that is to be filled in, not the first."""
    assert missing_values(_library("1.10-email-d"), {"probleme": "les inscriptions"}) == (
        *("adresse_postale", "contact_donnees", "expediteur", "expediteur_fonction"),
        *("is_first_message", "lien_contenu"),
        *("societe", "source_contact", "telephone"),
    )


def test_a_false_flag_is_a_value() -> None:
    """« Not the first message » is known, not missing."""
    message = Message(body="{% if is_first_message %}a{% endif %}b", needs=("is_first_message",))

    assert render(message, {"is_first_message": False}).body == "b\n"


def test_a_variable_of_an_unchecked_message_is_missing_too() -> None:
    """A message whose list is wrong must not go out with a hole."""
    with pytest.raises(MissingValueError, match="expected variable probleme"):
        render(Message(body="{{ probleme }}"), {})


@pytest.mark.parametrize(
    "body",
    [
        "{{ probleme.__class__ }}",
        "{{ probleme|upper }}",
        "{% for n in probleme %}x{% endfor %}",
        "{{ probleme * 10000000000 }}",
        "{{ probleme",
    ],
)
def test_an_unchecked_text_that_is_more_than_a_message_is_refused(body: str) -> None:
    """Whatever reached the log, rendering runs no program."""
    with pytest.raises(InvalidValueError, match="expected message to"):
        render(Message(body=body, needs=("probleme",)), {"probleme": "x"})


def test_a_value_is_never_read_as_a_template() -> None:
    """A name that holds braces is printed, not run."""
    rendered = render(Message(body="{{ service }}"), {"service": "{{ probleme }}{% if x %}"})

    assert rendered.body == "{{ probleme }}{% if x %}\n"


def test_a_text_beyond_its_limit_is_refused_by_number_only() -> None:
    """One value must not fill a mail server; nor may the error repeat it."""
    with pytest.raises(TextTooLongError, match=f"within {BYTES_MAX} bytes") as caught:
        render(Message(body="{{ service }}"), {"service": "Perrin" * BYTES_MAX})

    assert "Perrin" not in str(caught.value)


@given(st.text(), st.text())
def test_a_subject_is_one_line(first: str, second: str) -> None:
    """A line feed in a subject is a header of somebody else's making."""
    message = Message(subject="{{ service }} {{ probleme }}", body="x")

    subject = render(message, {"service": first, "probleme": second}).subject

    assert not set(subject) & {"\r", "\n"}


def test_what_nobody_sees_of_a_value_is_left_out() -> None:
    """A greeting copied from a page must not turn the words after it round."""
    message = Message(subject="Pour {{ civilite_nom }}", body="Bonjour {{ civilite_nom }},")

    rendered = render(message, {"civilite_nom": "Madame\u202e Perrin\u200b\ufeff"})

    assert rendered == Rendered(subject="Pour Madame Perrin", body="Bonjour Madame Perrin,\n")


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u200b", "\u202f \ufeff"])
def test_a_value_of_nothing_that_shows_is_none(blank: str) -> None:
    """« Bonjour  , » was sent: a blank is no name, whoever typed it."""
    greeting = Message(body="Bonjour{% if civilite_nom %} {{ civilite_nom }}{% endif %},")

    assert render(greeting, {"civilite_nom": blank}).body == "Bonjour,\n"
    with pytest.raises(MissingValueError):
        render(Message(body="{{ probleme }}", needs=("probleme",)), {"probleme": blank})


def test_the_information_is_given_to_who_has_received_nothing_yet() -> None:
    """The law asks for it in the first message, whichever that turns out to be."""
    message = _library("1.14-email-f")

    first = _typed(message, _values(is_first_message=True))
    later = _typed(message, _values(is_first_message=False))

    assert "Pourquoi ce message" in first
    assert "Pourquoi ce message" not in later
    assert "répondez « stop »" in first
    assert "répondez « stop »" in later


def test_the_information_says_all_that_the_law_asks_for_and_nothing_that_is_not_so() -> None:
    """GDPR, article 14; a duration or a click that nobody keeps would be a false promise."""
    first = _typed(_library("1.14-email-f"), _values(is_first_message=True))
    information = next(line for line in first.splitlines() if "Pourquoi ce message" in line)

    for words in (
        *("au titre de votre fonction", "intérêt légitime", "Nous avons trouvé vos coordonnées"),
        *(
            "votre nom, votre fonction, votre adresse, votre numéro de téléphone",
            "peut vous appeler",
        ),
        *("y ont accès", "Durée", "l'accès, la rectification, l'effacement ou la limitation"),
        *("vous opposer à tout contact, par message comme par téléphone", "CNIL"),
    ):
        assert words in information
    for words in ("un clic suffit", "trois ans", "faire effacer"):
        assert words not in first


def test_a_gain_without_proof_takes_its_line_with_it() -> None:
    """A figure nobody can show is not sent."""
    message = _library("1.3-email-a")
    proven = _values(reference_proche="une ville voisine", gain_agents="30 % de temps")

    body = _typed(message, proven)

    assert "Une ville voisine partait d'une situation comparable" in body
    assert "– pour les agents : 30 % de temps.\n" in body
    assert "pour les habitants" not in body
    assert "pour la collectivité" not in body


def test_all_gains_make_a_list() -> None:
    """Three dimensions, one line each, punctuated as a list."""
    values = _values(
        reference_proche="une ville voisine",
        gain_usagers="délai divisé par trois",
        gain_agents="30 % de temps",
        processus="la saisie",
        engagement_donnees="hébergées en France",
    )

    body = _typed(_library("1.3-email-a"), values)

    assert body.split("Ce qui a changé :\n")[1].split("\n\n")[0].split("\n") == [
        "– pour les habitants : délai divisé par trois ;",
        "– pour les agents : 30 % de temps sur la saisie ;",
        (
            "– pour la collectivité : un achat passé dans les règles de la commande publique, "
            "et des données hébergées en France."
        ),
    ]


def test_without_a_sourced_signal_the_opening_speaks_of_the_subject() -> None:
    """An invented reason to write is worse than none."""
    message = _library("1.3-email-a")

    without = _typed(message, _values())
    with_signal = _typed(message, _values(signal="la délibération du 12 octobre"))

    assert "nous parlent des inscriptions. Est-ce aussi un sujet chez vous ?" in without
    assert "En lisant la délibération du 12 octobre, je me suis demandé" in with_signal


@pytest.mark.parametrize(
    "name",
    sorted(
        path.stem for path in find_sequence("collectivite-prise-de-contact-30j").parent.glob("*.md")
    ),
)
def test_every_text_of_the_library_renders_without_traces_of_its_making(name: str) -> None:
    """Braces, empty lines in rows, articles left apart: each shows a machine at work."""
    given_values = {name: f"le {name}" for name, it in VARIABLES.items() if it.origin == "given"}

    for values in (_values(**given_values), _values(lien_contenu="https://x", service="éducation")):
        rendered = render(_library(name), values)
        for text in (rendered.subject, rendered.body):
            assert not {"{", "}", "|"} & set(text)
            assert not re.search(r"\n\n\n| +\n| ,| (?:de|à) les? inscriptions", text)


def test_a_message_renders_the_same_from_any_folder(tmp_path: Path) -> None:
    """What was published no longer depends on files."""
    message = _library("1.3-email-a")

    assert render(message, _values()) == render(message, _values())
    assert str(tmp_path) not in message.body
