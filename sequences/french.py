"""French as texts write it: contractions, initial capital, dates, day words, typography.

Values are stored with their article ("les inscriptions", "la Ville de Niort"), so that
no gender is ever guessed.  Every function is total: any text gives a text.
"""

import re
import unicodedata
from datetime import date
from typing import Final

_WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
# A bare day word must name the nearest day of that name, in either direction: « lundi » read on a
# Tuesday, for the Monday to come, may be taken for yesterday. Friday to Monday stays bare, and so
# does Tuesday back to Thursday. « demain » is never said: a message may be read a day later.
AHEAD_DAYS_MAX: Final = 4
BACK_DAYS_MAX: Final = 5

_ARTICLE = re.compile(
    r"(?P<article>les|le|la|des|une|un|du|de\s+la|de\s+l['’]|l['’])(?P<space>\s*)(?P<noun>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_DETERMINED = re.compile(
    r"(?:les|le|la|des|une|un|du|de\s+la|mon|ma|mes|notre|nos|votre|vos|ce|cet|cette|ces|"
    r"quelques|plusieurs|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|\d+)\s|(?:de\s+)?l['’]",
    re.IGNORECASE,
)
_SPACED_SIGN = re.compile(r"(?<![ \u00a0\u202f])[ \u00a0\u202f]+(?=[:;?!%€]++(?:\s|$|[)»…,.]))")
_OPENED_QUOTE = re.compile(r"«[ \u00a0\u202f]*(?=\S)")
_CLOSED_QUOTE = re.compile(r"(?<=\S)[ \u00a0\u202f]*»")
_STRAIGHT_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_NO_BREAK: Final = "\u00a0"
_ELIDED: Final = ("l'", "de l'")
_AFTER_DE: Final = {"le": "du ", "les": "des "}
_AFTER_A: Final = {"le": "au ", "les": "aux "}
# Words that begin with a vowel and refuse elision all the same.
_NEVER_ELIDED: Final = frozenset(
    ("oui", "ouistiti", "onze", "onzième", "uhlan", "ululement", "yaourt", "yacht", "yoga")
)
_ELIDED_Y: Final = frozenset(("yonne", "yerres", "yèvre", "yèvres", "yères", "yeuse", "yeux"))
# Beginnings whose h is aspirated: common nouns of public life, then names of places.
_ASPIRATED: Final = (
    *("hache", "hackathon", "haie", "halle", "halte", "hameau", "handball", "handicap"),
    *("hangar", "harcèlement", "hardware", "hasard", "hauban", "hausse", "haut", "havre"),
    *("hérisson", "héron", "héros", "hêtre", "hiérarchi", "hip-hop", "hobby", "hockey"),
    *("holding", "hotte", "houille", "housse", "hublot", "hutte"),
    *("haguenau", "harnes", "hatten", "hayange", "haÿ", "heillecourt", "hochfelden"),
    *("hoenheim", "hœnheim", "holland", "hombourg", "honfleur", "hongr", "houdain", "houdan"),
    *("houplines", "huningue", "hunspach"),
)
_ASPIRATED_WORDS: Final = frozenset(("hall", "hem", "hors", "huit", "huitième"))


def de(value: str) -> str:
    """Return the value after « de »: « des inscriptions », « du Havre », « d'Évreux »."""
    text = value.strip()
    match = _ARTICLE.fullmatch(text)
    article = "" if match is None else _article(match)
    if match is None or not article:
        return _elided("de", text)
    noun = match["noun"]
    if article in _AFTER_DE:
        return _AFTER_DE[article] + noun
    if article in {"des", "du", "de la", "de l'"}:  # « de » swallows the partitive article
        return _elided("de", noun)
    return f"d'{text}" if article in {"un", "une"} else f"de {text}"


def ceci(value: str) -> str:
    """Return the value as what is brought: as it stands with its article, else after « ceci : ».

    Examples:
        >>> ceci("une note de deux pages"), ceci("estimatif sur trois ans")
        ('une note de deux pages', 'ceci : estimatif sur trois ans')
    """
    text = value.strip()
    return text if not text or _DETERMINED.match(text) else f"ceci : {text}"


def a(value: str) -> str:
    """Return the value after « à »: « au Département », « aux Andelys », « à la Ville »."""
    text = value.strip()
    match = _ARTICLE.fullmatch(text)
    article = "" if match is None else _article(match)
    if match is not None and article in _AFTER_A:
        return _AFTER_A[article] + match["noun"]
    return f"à {text}" if text else ""


def maj(value: str) -> str:
    """Return the value with its first letter as a capital, the rest unchanged."""
    for index, character in enumerate(value):
        if character.isalnum():
            return value[:index] + character.upper() + value[index + 1 :]
    return value


def _article(match: re.Match[str]) -> str:
    """Return the article in lower case with plain signs, empty if it is part of a word."""
    article = " ".join(match["article"].lower().replace("’", "'").split())
    if article in _ELIDED:
        return article
    return article if match["space"] else ""


def _elided(word: str, noun: str) -> str:
    if not noun:
        return ""
    return f"{word[:-1]}'{noun}" if _elides(noun) else f"{word} {noun}"


def _elides(noun: str) -> bool:
    """Say whether « de » loses its vowel before this noun."""
    found = re.match(r"[\w-]+", noun.lower())
    if found is None:
        return False
    word = unicodedata.normalize("NFC", found[0])
    first = unicodedata.normalize("NFD", word)[0]
    if word in _NEVER_ELIDED:
        return False
    if first == "h":
        return not _is_aspirated(word)
    if first == "y":
        return word in _ELIDED_Y or (len(word) > 1 and not _is_vowel(word[1]))
    return _is_vowel(first)


def _is_aspirated(word: str) -> bool:
    return word.split("-", maxsplit=1)[0] in _ASPIRATED_WORDS or word.startswith(_ASPIRATED)


def _is_vowel(character: str) -> bool:
    return unicodedata.normalize("NFD", character)[0] in "aeiouæœ"


def typographic(text: str) -> str:
    r"""Return a text with the signs of French print: whatever would break a line is held.

    A space before « : », « ; », « ? », « ! » and within quotes is one that does not break,
    and an apostrophe is curved.  Addresses of pages and mailboxes stay as they are.

    Examples:
        >>> typographic("L'an prochain ? « Oui »")
        'L’an prochain\xa0? «\xa0Oui\xa0»'
        >>> typographic("voir https://a.example/l'an")
        "voir https://a.example/l'an"
    """
    held = _SPACED_SIGN.sub(_NO_BREAK, text)
    held = _CLOSED_QUOTE.sub(f"{_NO_BREAK}»", _OPENED_QUOTE.sub(f"«{_NO_BREAK}", held))
    return "".join(map(_with_apostrophes, re.split(r"(\s+)", held)))


def _with_apostrophes(word: str) -> str:
    is_address = "://" in word or "@" in word
    return word if is_address else _STRAIGHT_APOSTROPHE.sub("’", word)


def date_words(on: date) -> str:
    """Return a day as a letter writes it: « 29 avril 2027 », « 1er mai 2027 »."""
    return f"{_day_and_month(on)} {on.year}"


def day_word(on: date, seen_on: date) -> str:
    """Return how to name the day `on` to somebody who reads on `seen_on`.

    Bare (« jeudi ») from one to four days ahead and one to five days back, where it
    cannot be taken for another day; else « lundi 10 mai », with the year where it differs.
    The day of reading itself is spelt out.
    """
    ahead_days = (on - seen_on).days
    weekday = _WEEKDAYS[on.weekday()]
    if 0 < ahead_days <= AHEAD_DAYS_MAX or 0 < -ahead_days <= BACK_DAYS_MAX:
        return weekday
    year = "" if on.year == seen_on.year else f" {on.year}"
    return f"{weekday} {_day_and_month(on)}{year}"


def _day_and_month(on: date) -> str:
    day = "1er" if on.day == 1 else str(on.day)
    return f"{day} {_MONTHS[on.month - 1]}"
