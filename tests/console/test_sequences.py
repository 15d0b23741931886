"""Sequence files and their dates, as people ask for them: with nothing running."""

import csv
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from console.cli.exits import Exit
from tests.console.homes import EngineDoor, MemoryHome, typed

EXPECTED = Path(__file__).parent.parent / "engine" / "expected_dates.csv"
RELANCE = (sys.executable, "-c", "from console.cli.main import main; main()")
COMPLETE = "collectivite-prise-de-contact-30j"

TEN_FAULTS = """\
name: Ten Faults
title: Dix fautes
class: prospecting
gap: 2 bd for person
cool_down: 3 months
colour: blue
roles:
  dgs: perhaps
steps:
  - id: 1.1
    kind: work/task
    aim: informer
    offset: 8 days
    anchor: start
  - id: 1.2
    kind: work/task
    aim: préparer
    offset: +1 d
    anchor: step 9.9
  - id: 1.2
    kind: work/task
    aim: dater
    offset: +1 d
    anchor: beginning
"""
TEN_PLACES = [
    (1, 7, "sequence.name"),
    (4, 6, "gap.syntax"),
    (5, 12, "cool_down.syntax"),
    (6, 1, "yaml.unknown_key"),
    (8, 8, "role.syntax"),
    (13, 13, "offset.syntax"),
    (17, 10, "step.unknown_aim"),
    (19, 13, "anchor.unknown_step"),
    (20, 9, "step.duplicate"),
    (24, 13, "anchor.syntax"),
]


def relance(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, on no home."""
    return subprocess.run(
        [*RELANCE, *words], capture_output=True, text=True, cwd=folder, check=False
    )


def expected() -> dict[tuple[str, str, str], list[dict[str, str]]]:
    """Return the rows of each sequence, case and zone."""
    cases: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row.pop("sequence"), row.pop("case"), row.pop("zone"))
            cases.setdefault(key, []).append(row)
    return cases


CASES = expected()


def options(case: str, zone: str) -> list[str]:
    """Return the options that a case of the table stands for."""
    words = ["--zone", zone] if zone else []
    for part in case.split(";"):
        name, day = part.split("=")
        if name == "campaign_start":
            words += ["--start", day, "--campaign"]
        else:
            words += [f"--{name.replace('_', '-')}", day]
    return words


@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_every_expected_date_comes_out_of_the_command_line(key: tuple[str, str, str]) -> None:
    """Options, zones and moves are lost between arithmetic and terminal most easily."""
    name, case, zone = key

    ran = typed(
        MemoryHome(engine=None), "sequences", "calendar", name, *options(case, zone), "--json"
    )

    rows = msgspec.json.decode(ran.out, type=list[dict[str, str]])
    assert sorted(rows, key=str) == sorted(CASES[key], key=str)
    assert ran.exit is Exit.DONE


def test_a_calendar_needs_nothing_but_the_file(tmp_path: Path) -> None:
    """It works from any folder, on the path of any file, with no home at all."""
    folder = Path(__file__).parent.parent.parent / "sequences/library/nurturing-collectivite-12m"

    ran = relance(
        *("sequences", "calendar", str(folder / "sequence.yaml"), "--start", "2027-01-11"),
        *("--event", "salon=2027-11-17", "--subdivision", "67", "--json"),
        folder=tmp_path,
    )

    rows = msgspec.json.decode(ran.stdout, type=list[dict[str, str]])
    assert {tuple(row) for row in rows} == {("step", "role", "channel", "date", "moved_by")}
    assert (ran.returncode, ran.stderr, list(tmp_path.iterdir())) == (0, "", [])


def test_ten_faults_of_ten_kinds_are_ten_findings(tmp_path: Path) -> None:
    """Whoever writes a sequence corrects all of it in one go."""
    (tmp_path / "sequence.yaml").write_text(TEN_FAULTS, encoding="utf-8")

    ran = relance("sequences", "check", str(tmp_path), "--json", folder=tmp_path)

    document = msgspec.json.decode(ran.stdout, type=dict[str, object])
    findings = msgspec.convert(document["findings"], list[dict[str, object]])
    places = [(finding["line"], finding["column"], finding["rule"]) for finding in findings]
    assert ran.returncode == Exit.BAD_INPUT
    assert places == TEN_PLACES
    assert document["finding_count"] == 10
    assert all(finding["message"] and finding["remedy"] for finding in findings)


def test_findings_are_lines_that_editors_can_jump_to(tmp_path: Path) -> None:
    """File, line and column stand first, as compilers write them."""
    (tmp_path / "sequence.yaml").write_text(TEN_FAULTS, encoding="utf-8")

    ran = relance("sequences", "check", str(tmp_path), folder=tmp_path)

    assert ran.stdout.startswith(f"{tmp_path / 'sequence.yaml'}:1:7: sequence.name: ")
    assert ran.stdout.endswith("nothing can be published\n")
    assert ran.stderr == ""


def test_a_complete_sequence_has_no_finding() -> None:
    """It is what a new user checks first."""
    ran = typed(MemoryHome(engine=None), "sequences", "check", COMPLETE, "--json")

    assert ran.exit is Exit.DONE
    assert ran.document["findings"] == []


class TestPublish:
    def test_a_complete_sequence_is_published(self) -> None:
        """Enrolments name its hash for ever."""
        home = MemoryHome()

        ran = typed(home, "sequences", "publish", COMPLETE, "--json")

        assert ran.exit is Exit.DONE
        assert home.engine is not None
        (sequence,) = home.engine.published.sequences.values()
        assert sequence.name == COMPLETE

    def test_published_again_it_is_already_so(self) -> None:
        """A second run of a script must not fail."""
        home = MemoryHome()
        typed(home, "sequences", "publish", COMPLETE)

        ran = typed(home, "sequences", "publish", COMPLETE)

        assert ran.exit is Exit.DONE
        assert "already so" in ran.out

    def test_a_draft_is_not_published(self) -> None:
        """It lacks its texts; somebody would receive nothing."""
        home = MemoryHome()

        ran = typed(home, "sequences", "publish", "radar-renouvellement")

        assert ran.exit is Exit.BAD_INPUT
        assert "sequence.draft" in ran.out
        assert isinstance(home.engine, EngineDoor)
        assert not home.engine.inputs


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["radar-renouvellement"], "expected a contract end to be given"),
        ([COMPLETE], "expected a start or an entry to be given"),
        ([COMPLETE, "--start", "11/01/2027"], "expected --start to be a day such as"),
        ([COMPLETE, "--start", "2027-01-11", "--zone", "D"], "expected zone to be one of A, B, C"),
        ([COMPLETE, "--start", "2027-01-11", "--tz", "Mars"], "expected tz to be a time zone"),
        ([COMPLETE, "--start", "2027-01-11", "--subdivision", "200"], "code of a département"),
        ([COMPLETE, "--start", "2027-01-11", "--event", "salon"], "look like salon=2027-11-16"),
        (["no-such-sequence", "--start", "2027-01-11"], "the library holds"),
    ],
)
def test_a_calendar_says_what_it_lacks(words: list[str], told: str) -> None:
    """One line each: which option, which rule, what was given."""
    ran = typed(MemoryHome(engine=None), "sequences", "calendar", *words)

    assert ran.exit is Exit.BAD_INPUT
    assert told in ran.err
    assert ran.err.count("\n") == 1
