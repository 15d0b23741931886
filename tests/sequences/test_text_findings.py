"""Each fault of a text is found in the text's own file, by the rule that says so."""

from pathlib import Path

import pytest

from sequences.findings import Findings
from sequences.load import load
from tests.sequences.files import Folder, text_at

DEEP = "{% if signal %}" * 300 + "{% endif %}" * 300
# rule, file, the text to replace, what replaces it, what stands where the finding points
FAULTS = [
    ("message.syntax", "first.md", "traitez-vous {{ probleme }}", "{{ probleme", "Comment {{"),
    ("message.syntax", "first.md", "subject: {{ probleme|maj }}", "subject: {% if", "{% if"),
    ("message.syntax", "call.md", "« {{", "{% if probleme %}« {{", "{% if"),
    ("message.construct", "first.md", "Comment", "{% for a in b %}{% endfor %}", "{% for"),
    ("message.construct", "first.md", "Comment", "{% set probleme = 1 %}", "{% set"),
    ("message.construct", "first.md", "{{ probleme }} ?", "{{ probleme.title }} ?", "Comment"),
    ("message.construct", "first.md", "{{ probleme }} ?", "{{ probleme * 9 }} ?", "Comment"),
    ("message.construct", "first.md", "Comment", "{% include 'x' %}", "{% include"),
    ("message.construct", "first.md", "Comment", "{{ " + "(" * 5000 + " }}", "{{ salutation"),
    (
        "message.construct",
        "first.md",
        "Comment",
        "{{ probleme" + "|de" * 5000 + " }}",
        "{{ salutation",
    ),
    ("message.construct", "first.md", "Comment", DEEP, "{{ salutation"),
    ("message.unknown_filter", "first.md", "{{ probleme }} ?", "{{ probleme|upper }} ?", "upper"),
    ("message.unknown_filter", "first.md", "organisation|a", "organisation|au", "au }}"),
    ("message.unknown_variable", "first.md", "{{ probleme }} ?", "{{ prenom }} ?", "prenom"),
    ("message.unknown_variable", "first.md", "organisation|a", "mairie|a", "mairie|a"),
    ("message.unknown_variable", "call.md", "« {{", "{% if age %}1{% endif %}« {{", "age %}"),
    ("message.unguarded", "first.md", "{{ salutation }}", "Bonjour {{ civilite_nom }}", "civilite"),
    ("message.written_flag", "first.md", "Comment", "{{ is_first_message }}", "is_first_message"),
    ("message.type", "first.md", "Comment", "{% if duree_annees > 3 %}x{% endif %}", "{% if"),
    ("message.type", "first.md", "{{ probleme }} ?", "{{ probleme|de(1) }} ?", "de(1)"),
    ("message.type", "first.md", "Comment", "{{ is_first_message|maj }}", "is_first_message"),
    ("message.type", "first.md", "Comment", "{{ probleme == 'x' }}", "{{ probleme =="),
    ("message.type", "first.md", "Comment", "{% if service == 3 %}x{% endif %}", "3 %}"),
    ("message.block", "first.md", "Comment", "{{ signature|maj }}", "signature"),
    ("message.block", "first.md", "Comment", "{% if signature %}x{% endif %}", "signature"),
    ("message.construct", "first.md", "Comment", "{{ service }}" * 90, "{{ salutation"),
    (
        "message.no_subject",
        "first.md",
        "subject: {{ probleme|maj }} {{ organisation|a }}",
        "",
        "---",
    ),
    ("message.front_matter", "first.md", "subject:", "sujet: x\nsubject:", "sujet"),
    ("message.front_matter", "first.md", "subject:", "no colon\nsubject:", "no colon"),
    ("message.front_matter", "first.md", "?\n---", "?\n", "---"),
    ("message.front_matter", "call.md", "« {{ salu", "---\nsubject: x\n---\n« {{ salu", "x"),
    ("message.unknown_variable", "first.md", "subject:", "optional: age\nsubject:", "age"),
    ("message.dimensions", "first.md", "subject:", "dimensions: agents\nsubject:", "agents"),
    ("message.no_information", "first.md", "{{ bloc_information }}\n", "", "{{ salutation"),
    ("message.no_objection", "first.md", "{{ bloc_opposition }}\n", "", ""),
    (
        "message.no_objection",
        "first.md",
        "{{ bloc_opp",
        "{% if signal %}x{% endif %}{{ bloc_opp",
        "",
    ),
    ("message.no_next_call", "call.md", "« {{", "{{ jour_prochain_appel }} « {{", "call"),
]
BANNED = [
    "J'aimerais vous présenter notre solution",
    "je souhaite vous présenter nos produits",
    "je me permets de vous présenter notre offre",
    "Je me permets de prendre des nouvelles",
    "J’aimerais prendre de vos nouvelles",
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[0])
def test_a_fault_is_found_in_its_file(
    folder: Folder, fault: tuple[str, str, str, str, str]
) -> None:
    """A message of forty lines is mended by its own line numbers, not the plan's."""
    rule, name, old, new, at = fault
    folder.edit(name, old, new)

    found = [finding for finding in folder.findings() if finding.rule == rule]
    assert found
    expected = folder.plan if rule == "message.no_next_call" else folder.path / name
    assert found[0].file == expected
    assert text_at(found[0]).startswith(at)
    assert found[0].remedy


@pytest.mark.parametrize("phrase", BANNED)
def test_an_opening_that_opens_nothing_is_refused(folder: Folder, phrase: str) -> None:
    """A message begins with them, and brings something each time."""
    folder.edit("first.md", "Comment traitez-vous {{ probleme }} ?", f"Bien.\n\nOr {phrase}.")

    found = folder.findings()

    assert [finding.rule for finding in found] == ["message.banned_phrase"]
    assert text_at(found[0]).split("\n")[0].endswith(f"{phrase[-9:]}.")


def test_a_banned_subject_is_refused_too(folder: Folder) -> None:
    """The subject is what most people read, and all some read."""
    folder.edit("first.md", ": et vous ?", ": prendre de vos nouvelles")

    found = folder.findings()

    assert [finding.rule for finding in found] == ["message.banned_phrase"]
    assert text_at(found[0]).startswith("prendre de vos nouvelles")


def test_a_text_no_step_uses_is_found(folder: Folder) -> None:
    """A message that is never sent is a step somebody forgot."""
    (folder.path / "spare.md").write_text("Bonjour.\n")

    assert folder.rules() == ["message.unused"]


def test_a_readme_beside_the_texts_is_no_message(folder: Folder) -> None:
    """A folder may explain itself."""
    (folder.path / "README.md").write_text("# {{ what }}\n")

    assert folder.rules() == []


def test_a_plan_of_another_name_does_not_own_its_folder(folder: Folder) -> None:
    """A plan tried out in a folder of notes must not be blamed for the notes."""
    (folder.path / "notes.md").write_text("{{ nothing of ours }}\n")
    other = folder.plan.rename(folder.path / "trial.yaml")

    assert load(other).findings == ()


def test_a_text_that_is_not_utf8_is_found(folder: Folder) -> None:
    """Old editors still write cp1252."""
    (folder.path / "call.md").write_bytes("« déjà »".encode("cp1252"))

    assert folder.rules() == ["file.unreadable"]


def test_every_variable_of_a_text_is_reported_not_only_the_first(folder: Folder) -> None:
    """An author who mends one at a time gives up after the third."""
    folder.edit("first.md", "Comment", "{{ un }} {{ deux }}\n{{ trois|quatre }}")

    rules = [finding.rule for finding in folder.findings()]

    assert sorted(rules) == ["message.unknown_filter", *["message.unknown_variable"] * 3]


def test_a_later_email_to_the_same_person_may_leave_the_information_out(folder: Folder) -> None:
    """It was given in the first one, and is added by itself if that never arrived."""
    folder.edit("sequence.yaml", "to: chief | deputy", "to: head")
    folder.edit("sequence.yaml", "1.2 sent\n    message: first", "1.2 sent\n    message: second")
    text = (folder.path / "first.md").read_text()
    (folder.path / "second.md").write_text(text.replace("{{ bloc_information }}\n", ""))

    assert folder.rules() == []


def test_a_mention_under_a_condition_needs_no_requirement(folder: Folder) -> None:
    """The text then does without the touch it would mention."""
    mention = "{{ jour_dernier_email }}"
    folder.edit("call.md", mention, "{% if jour_dernier_email %}" + mention + "{% endif %}")
    folder.edit("sequence.yaml", "    requires: 1.2 sent\n    message: call", "    message: call")

    assert folder.rules() == []


def test_an_optional_variable_needs_no_condition(folder: Folder) -> None:
    """The author says so once, in the front matter."""
    folder.edit("first.md", "subject:", "optional: civilite_nom\nsubject:")
    folder.edit("first.md", "{{ salutation }}", "Bonjour {{ civilite_nom }}")

    assert folder.rules() == []


def test_a_missing_shared_text_is_reported(folder: Folder, tmp_path: Path) -> None:
    """Without it every e-mail would go out without its signature."""
    findings = load(folder.plan, blocks=tmp_path / "nowhere").findings

    assert {finding.rule for finding in findings} == {"file.unreadable"}
    assert {finding.file.stem for finding in findings} >= {"signature", "bloc_opposition"}


def test_a_shared_text_may_not_contain_another(folder: Folder, tmp_path: Path) -> None:
    """Blocks are copied in once; a block inside a block would go out as braces."""
    blocks = tmp_path / "blocks"
    blocks.mkdir()
    for name in ("bloc_information", "bloc_opposition", "salutation", "signature"):
        (blocks / f"{name}.md").write_text("{{ signature }}")

    rules = {finding.rule for finding in load(folder.plan, blocks=blocks).findings}

    assert rules == {"message.unknown_variable"}


def test_findings_of_another_file_grow_the_same_list(tmp_path: Path) -> None:
    """Plan and texts are checked apart and answered together."""
    findings = Findings(tmp_path / "a")

    other = findings.about(tmp_path / "b")

    assert other.found is findings.found
