"""The real accounts: all of them, and nothing about them but public facts."""

from collections import Counter
from pathlib import Path

import pytest
from stdnum.fr import siren

from infra.sample.accounts import AccountKind, load_accounts
from infra.sample.errors import SampleDataError

ACCOUNTS = load_accounts()
BY_KEY = {account.key: account for account in ACCOUNTS}


def test_there_are_135_communes_and_266_groups() -> None:
    """The README and the projections count them."""
    kinds = Counter(account.kind for account in ACCOUNTS)

    assert kinds == {
        AccountKind.COMMUNE: 135,
        AccountKind.METROPOLE: 21,
        AccountKind.METROPOLE_DE_LYON: 1,
        AccountKind.COMMUNAUTE_URBAINE: 14,
        AccountKind.COMMUNAUTE_AGGLOMERATION: 230,
    }
    assert len(BY_KEY) == 401


def test_every_commune_is_over_50_000_inhabitants() -> None:
    """That is the promise of the file's source."""
    communes = [each for each in ACCOUNTS if each.kind is AccountKind.COMMUNE]

    assert all(each.population > 50_000 for each in communes)


def test_only_noumea_has_no_siren_and_all_others_are_sound() -> None:
    """Account ids derive from the SIREN; a wrong one would be for ever."""
    without = [each.name for each in ACCOUNTS if each.siren is None]

    assert without == ["Nouméa"]
    assert all(siren.is_valid(each.siren) for each in ACCOUNTS if each.siren)
    assert len({each.siren for each in ACCOUNTS}) == 401


def test_31_accounts_have_no_school_zone() -> None:
    """Corsica and overseas keep calendars of their own; no zone must be made up for them."""
    without = [each for each in ACCOUNTS if each.school_zone is None]

    assert len(without) == 31
    assert all(each.departement in ("2A", "2B") or len(each.departement) == 3 for each in without)


def test_clocks_and_numbers_follow_the_territory() -> None:
    """A call at 09:30 in Saint-Denis de la Réunion is not 09:30 in Paris."""
    reunion = BY_KEY["commune-97411"]
    noumea = BY_KEY["commune-98818"]
    ajaccio = BY_KEY["commune-2a004"]

    assert (reunion.time_zone, reunion.phone_region) == ("Indian/Reunion", "RE")
    assert (noumea.time_zone, noumea.phone_region) == ("Pacific/Noumea", "NC")
    assert (ajaccio.time_zone, ajaccio.phone_region) == ("Europe/Paris", "FR")


def test_a_group_lies_where_its_most_populated_commune_does() -> None:
    """Grand Avignon reaches into two school zones; Avignon is in zone B."""
    avignon = BY_KEY["epci-248400251"]

    assert (avignon.departement, avignon.school_zone) == ("84", "B")


@pytest.mark.parametrize(
    ("key", "name", "name_with_article"),
    [
        ("commune-79191", "Niort", "la Ville de Niort"),
        ("commune-06004", "Antibes", "la Ville d'Antibes"),
        ("commune-83069", "Hyères", "la Ville d'Hyères"),
        ("commune-76351", "Le Havre", "la Ville du Havre"),
        ("commune-97101", "Les Abymes", "la Ville des Abymes"),
        ("commune-17300", "La Rochelle", "la Ville de La Rochelle"),
        (
            "epci-200041317",
            "Communauté d'agglomération du Niortais",
            "la Communauté d'agglomération du Niortais",
        ),
        ("epci-200096956", "Agglomération d'Agen", "l'Agglomération d'Agen"),
        ("epci-246700488", "Eurométropole de Strasbourg", "l'Eurométropole de Strasbourg"),
        ("epci-242900314", "Brest Métropole", "Brest Métropole"),
        ("epci-200046977", "Métropole de Lyon", "la Métropole de Lyon"),
    ],
)
def test_names_take_their_article(key: str, name: str, name_with_article: str) -> None:
    """Contractions ("au", "du", "de l'") are made from the article, never guessed."""
    account = BY_KEY[key]

    assert (account.name, account.name_with_article) == (name, name_with_article)


def test_kinds_are_said_in_french_with_a_stored_plural() -> None:
    """A plural is never made by adding an s."""
    assert BY_KEY["epci-200041317"].words == (
        "communauté d'agglomération",
        "communautés d'agglomération",
    )


def test_names_are_tidy() -> None:
    """Doubled spaces and stray quotes of the source would show in subject lines."""
    assert not [each.name for each in ACCOUNTS if "  " in each.name or '"' in each.name]
    assert not [each.name for each in ACCOUNTS if "''" in each.name]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    """Whoever edits the file learns the line and the rule."""
    damaged = tmp_path / "accounts.csv"
    damaged.write_text("key,kind\ncommune-1,village\n", encoding="utf-8")

    with pytest.raises(SampleDataError, match=r"accounts\.csv, line 2, .*village"):
        load_accounts(damaged)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """An incomplete installation is said, not guessed at."""
    with pytest.raises(SampleDataError, match=r"nowhere\.csv, the file, to hold a readable table"):
        load_accounts(tmp_path / "nowhere.csv")
