"""All faults at once, in one answer, each as a line an editor can open."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sequences.check import check
from sequences.findings import Finding
from sequences.load import load
from tests.sequences.files import FIRST, PLAN, Folder, write_folder


def test_ten_faults_of_different_kinds_give_ten_findings(folder: Folder) -> None:
    """An author sees the whole work before starting, and nothing is published meanwhile."""
    plan = "sequence.yaml"
    folder.edit(plan, "class: prospecting", "class: hunting")
    folder.edit(plan, "gap: 2 bd per person", "gap: two days")
    folder.edit(plan, "scope: campaign", "scoop: campaign")
    folder.edit(plan, "    aim: capter par leur sujet\n", "")
    folder.edit(plan, "anchor: step 1.2", "anchor: step 9.9")
    folder.edit(plan, "to: chief | deputy", "to: chief | mayor")
    folder.edit(plan, "offset: +11 d", "offset: in eleven days")
    folder.edit(plan, "condition: meeting_agreed", "condition: opened")
    folder.edit("first.md", "{{ probleme }} ?", "{{ prenom }} ?")
    folder.edit("call.md", "je vous ai écrit", "{{ societe|upper }}")

    findings = check([folder.plan])

    assert [finding.rule for finding in findings] == [
        "message.unknown_filter",
        "message.unknown_variable",
        "class.unknown",
        "gap.syntax",
        "yaml.unknown_key",
        "step.no_aim",
        "anchor.unknown_step",
        "step.unknown_role",
        "offset.syntax",
        "condition.unknown",
    ]
    assert all(finding.line > 1 or finding.file.suffix == ".md" for finding in findings)
    assert len({(finding.file, finding.line, finding.column) for finding in findings}) == 10


def test_several_files_are_answered_together_in_order(tmp_path: Path) -> None:
    """One run before a commit covers the whole library."""
    folders = [write_folder(tmp_path / name) for name in ("b", "a")]
    for folder in folders:
        folder.edit("sequence.yaml", "class: prospecting", "class: hunting")

    files = [finding.file for finding in check([folder.path for folder in folders])]

    assert files == [tmp_path / "a" / "sequence.yaml", tmp_path / "b" / "sequence.yaml"]


def test_a_finding_reads_as_compilers_write(tmp_path: Path) -> None:
    """Editors and terminals turn `file:line:column` into a link."""
    finding = Finding(
        file=tmp_path / "x.yaml", line=3, column=9, rule="a.b", message="wrong", remedy="mend it"
    )

    assert str(finding) == f"{tmp_path}/x.yaml:3:9: a.b: wrong; mend it"


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_to_a_file_ends_in_a_traceback(folder: Folder, data: st.DataObject) -> None:
    """Files are cut, merged and mistyped; the answer stays a list of places."""
    name, text = data.draw(st.sampled_from([("sequence.yaml", PLAN), ("first.md", FIRST)]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    inserted = data.draw(st.text(max_size=6) | st.sampled_from(["{%", "}}", "- ", ": ", "[", "&a"]))
    (folder.path / name).write_text(text[:start] + inserted + text[end:])

    findings = load(folder.plan).findings

    assert all(finding.line >= 1 and finding.column >= 1 for finding in findings)
    assert list(findings) == sorted(findings)
    (folder.path / name).write_text(text)


def test_checking_twice_gives_the_same_answer(folder: Folder) -> None:
    """A finding that comes and goes is worse than none."""
    folder.edit("sequence.yaml", "title: A small one", "titel: A\nklass: b")

    assert load(folder.plan) == load(folder.plan)
