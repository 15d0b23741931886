"""Contractions, capitals and day words, as somebody who writes French well has them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sequences.french import a, ceci, date_words, day_word, de, maj, typographic

CONTRACTIONS = [
    ("les inscriptions", "des inscriptions", "aux inscriptions"),
    ("le Département de la Sarthe", "du Département de la Sarthe", "au Département de la Sarthe"),
    ("la Ville de Niort", "de la Ville de Niort", "à la Ville de Niort"),
    ("l'agglomération", "de l'agglomération", "à l'agglomération"),
    ("l’agglomération", "de l’agglomération", "à l’agglomération"),
    ("Le Havre", "du Havre", "au Havre"),
    ("Les Andelys", "des Andelys", "aux Andelys"),
    ("La Rochelle", "de La Rochelle", "à La Rochelle"),
    ("L'Haÿ-les-Roses", "de L'Haÿ-les-Roses", "à L'Haÿ-les-Roses"),
    ("Évreux", "d'Évreux", "à Évreux"),
    ("Niort", "de Niort", "à Niort"),
    ("Orléans Métropole", "d'Orléans Métropole", "à Orléans Métropole"),
    ("Hyères", "d'Hyères", "à Hyères"),
    ("Honfleur", "de Honfleur", "à Honfleur"),
    ("Haguenau", "de Haguenau", "à Haguenau"),
    ("Hem", "de Hem", "à Hem"),
    ("Hénin-Beaumont", "d'Hénin-Beaumont", "à Hénin-Beaumont"),
    ("Yvetot", "d'Yvetot", "à Yvetot"),
    ("Yerres", "d'Yerres", "à Yerres"),
    ("Œuilly", "d'Œuilly", "à Œuilly"),
    ("Lens", "de Lens", "à Lens"),
    ("Lamballe", "de Lamballe", "à Lamballe"),
    ("Dunkerque", "de Dunkerque", "à Dunkerque"),
    ("handicap", "de handicap", "à handicap"),
    ("huit agents", "de huit agents", "à huit agents"),
    ("onze agents", "de onze agents", "à onze agents"),
    ("11 agents", "de 11 agents", "à 11 agents"),
    ("yaourts", "de yaourts", "à yaourts"),
    ("un service", "d'un service", "à un service"),
    ("une ville voisine", "d'une ville voisine", "à une ville voisine"),
    ("des dossiers", "de dossiers", "à des dossiers"),
    ("des inscriptions", "d'inscriptions", "à des inscriptions"),
    ("  le budget ", "du budget", "au budget"),
    ("", "", ""),
]


@pytest.mark.parametrize(("value", "after_de", "after_a"), CONTRACTIONS)
@pytest.mark.capability("C19.5")
def test_de_and_a_contract_as_french_does(value: str, after_de: str, after_a: str) -> None:
    """« au sujet de les inscriptions » tells the reader that nobody wrote to them."""
    assert (de(value), a(value)) == (after_de, after_a)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("les inscriptions", "Les inscriptions"),
        ("évreux", "Évreux"),
        ("l'eau", "L'eau"),
        ("« le budget »", "« Le budget »"),
        ("œuvres", "Œuvres"),
        ("30 % de temps", "30 % de temps"),
        ("", ""),
    ],
)
def test_maj_raises_the_first_letter_only(value: str, expected: str) -> None:
    """Names keep their own capitals."""
    assert maj(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("un estimatif sur trois ans", "un estimatif sur trois ans"),
        ("l'ordre du jour", "l'ordre du jour"),
        ("de la documentation", "de la documentation"),
        ("notre note", "notre note"),
        ("3 scénarios", "3 scénarios"),
        ("estimatif sur trois ans", "ceci : estimatif sur trois ans"),
        ("note de deux pages", "ceci : note de deux pages"),
        ("lettre", "ceci : lettre"),
        (" ", ""),
    ],
)
def test_what_is_brought_reads_well_without_an_article(value: str, expected: str) -> None:
    """« J'apporterai alors estimatif » was sent: whoever types a point thinks of no sentence."""
    assert ceci(value) == expected


@given(st.text())
def test_filters_answer_any_text(value: str) -> None:
    """A strange name blocks no rendering."""
    assert value.strip() == "" or de(value)
    assert value.strip() == "" or a(value)
    assert maj(maj(value)) == maj(value)


@given(st.sampled_from(["le", "la", "les", "l'", "un", "une"]), st.text("aehnoty", min_size=1))
def test_no_contraction_leaves_de_le_or_a_les_behind(article: str, noun: str) -> None:
    """These four never occur in correct French."""
    value = f"{article}{noun}" if article.endswith("'") else f"{article} {noun}"

    words = f"{de(value)} {a(value)}".split(noun)[0]

    assert not {"de le ", "de les ", "à le ", "à les "} & {words, f"{words} "}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2027, 4, 29), "29 avril 2027"),
        (date(2027, 5, 1), "1er mai 2027"),
        (date(2027, 8, 25), "25 août 2027"),
    ],
)
def test_dates_read_as_in_a_letter(on: date, expected: str) -> None:
    """2027-04-29 is for machines."""
    assert date_words(on) == expected


TUESDAY = date(2027, 5, 4)


@pytest.mark.parametrize(
    ("on", "seen_on", "expected"),
    [
        (date(2027, 5, 6), TUESDAY, "jeudi"),
        (date(2027, 5, 10), TUESDAY, "lundi 10 mai"),  # moved by Ascension and its bridge
        (date(2027, 5, 10), date(2027, 5, 7), "lundi"),
        (date(2027, 5, 11), TUESDAY, "mardi 11 mai"),
        (TUESDAY, TUESDAY, "mardi 4 mai"),
        (date(2027, 4, 29), TUESDAY, "jeudi"),
        (date(2027, 4, 28), TUESDAY, "mercredi 28 avril"),
        (date(2027, 6, 1), TUESDAY, "mardi 1er juin"),
        (date(2028, 1, 4), date(2027, 12, 1), "mardi 4 janvier 2028"),
        (date(2028, 1, 4), date(2027, 12, 31), "mardi"),
    ],
)
def test_a_day_is_named_so_that_nobody_can_mistake_it(
    on: date, seen_on: date, expected: str
) -> None:
    """A wrong day in a message costs the call it announces."""
    assert day_word(on, seen_on) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-400, 400))
def test_a_bare_day_word_fits_one_day_only(seen_on: date, days: int) -> None:
    """Of all days the reader may think of, the nearest of that name is the one meant."""
    on = seen_on + timedelta(days=days)

    word = day_word(on, seen_on)

    if " " not in word:
        assert 0 < abs(days) < 7
        week = [seen_on + timedelta(days=n) for n in range(1, 8)]
        past = [seen_on - timedelta(days=n) for n in range(1, 8)]
        same = [day for day in (week if days > 0 else past) if day.weekday() == on.weekday()]
        assert same == [on]
    else:
        assert str(on.day) in word or "1er" in word
        assert (str(on.year) in word) == (on.year != seen_on.year)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Est-ce vrai ?", "Est-ce vrai\u00a0?"),
        ("« stop » ; rien d'autre !", "«\u00a0stop\u00a0»\u00a0; rien d’autre\u00a0!"),
        ("«stop»", "«\u00a0stop\u00a0»"),
        ("gain : 30 % (soit 4 € ?)", "gain\u00a0: 30\u00a0% (soit 4\u00a0€\u00a0?)"),
        ("voir https://a.example/l'an?x=1 : oui", "voir https://a.example/l'an?x=1\u00a0: oui"),
        ("écrire à d'artagnan@a.example", "écrire à d'artagnan@a.example"),
        ("à 10 h :\n– pour l'agent", "à 10 h\u00a0:\n– pour l’agent"),
        ("10:30 ?x 'mot'", "10:30 ?x 'mot'"),
        ("Vraiment ?! Si ?", "Vraiment\u00a0?! Si\u00a0?"),
    ],
)
def test_signs_are_those_of_print(typed: str, printed: str) -> None:
    """A colon at the beginning of a line is what a machine leaves behind."""
    assert typographic(typed) == printed


def test_a_run_of_spaces_is_printed_at_once() -> None:
    """Whoever pastes a table must not stop the sending of all: it took ten seconds."""
    blank = "a" + " " * 200_000 + "b"

    assert typographic(blank) == blank


@given(st.text())
def test_print_changes_signs_alone(text: str) -> None:
    """What is said stays; what is printed is printed once more as it is."""
    printed = typographic(text)

    assert typographic(printed) == printed
    assert _letters(printed) == _letters(text)


def _letters(text: str) -> list[str]:
    return [sign for sign in text if sign not in " \u00a0\u202f'’"]
