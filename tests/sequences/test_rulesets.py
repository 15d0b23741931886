"""A ruleset file is used whole or not at all."""

from pathlib import Path

import pytest

from engine.ruleset import Locality
from sequences.rulesets import FRENCH, RulesetFileError, load_ruleset


def changed(folder: Path, old: str, new: str) -> Path:
    """Return the French file with one change."""
    text = FRENCH.read_text(encoding="utf-8")
    assert old in text
    path = folder / "rules.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_french_ruleset_is_read() -> None:
    """It is published at the first start."""
    french = load_ruleset()

    assert french.version == "fr-2026.11"
    assert french.locality("57") == Locality("Europe/Paris", "B", "alsace-moselle")
    assert french.locality("974") == Locality("Indian/Reunion", "", "974")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("count_max: 4", "count_max: four", r"Expected `int`.*call_attempts_per_person"),
        ("count_max: 4", "count_max: -4", r"Expected `int` >= 0"),
        ('"07-14"', '"7-14"', r"quiet_periods\[0\]\.first_month_day"),
        ('closes: "18:00:00"', 'closes: "08:00:00"', "interval to close after it opens"),
        ("quiet_periods:", "quite_periods:", "fields that no ruleset has: quite_periods"),
        ("assumed_days:", "asumed_days:", r"absences\.asumed_days"),
        ("windows:", "windows: [", "no YAML"),
    ],
)
def test_a_fault_names_the_file_the_place_and_the_rule(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    """A wrong rule found in production is a wrong mail sent."""
    path = changed(tmp_path, old, new)

    with pytest.raises(RulesetFileError, match=rf"expected rules\.yaml to be a ruleset.*{reason}"):
        load_ruleset(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """No traceback for a mistyped name."""
    with pytest.raises(RulesetFileError, match="a file that cannot be read"):
        load_ruleset(tmp_path / "none.yaml")
