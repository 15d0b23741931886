"""Each fault of a plan is found, where it stands, by the rule that says so."""

import os
from pathlib import Path

import pytest

from sequences.findings import Finding
from sequences.load import load
from tests.sequences.files import Folder, text_at

# rule, the text to replace in the plan, what replaces it, what stands where the finding points
FAULTS = [
    ("yaml.syntax", "title: A small one", "title: A: small one", ": small one"),
    ("yaml.unknown_key", "    scope: campaign", "    scoop: campaign", "scoop"),
    ("yaml.unknown_key", "caps: {emails: 3, calls: 3}", "caps: {mails: 3}", "mails"),
    ("yaml.unknown_key", "avoid: true", "avoids: true", "avoids"),
    ("yaml.type", "avoid: true", "avoid: yes", "yes"),
    ("yaml.type", "title: A small one", "title: [A small one]", "[A small"),
    ("yaml.type", "caps: {emails: 3, calls: 3}", "caps: {emails: few}", "few"),
    ("yaml.type", "yields_to: [renewal]", "yields_to: renewal", "renewal"),
    ("yaml.type", "    aim: cadrer la cible", "    aim:", "aim:"),
    ("yaml.type", "caps: {emails: 3, calls: 3}", "caps: 3", "3"),
    ("yaml.type", "avoid: true", "? [a]\n: b", "[a]"),
    ("yaml.duplicate_key", "avoid: true", "title: Again", "title: Again"),
    ("sequence.name", "name: small", "name: Small One", "Small One"),
    ("sequence.title", "title: A small one", 'title: ""', "title"),
    ("sequence.draft", "avoid: true", "draft: true", "true"),
    ("class.unknown", "class: prospecting", "class: hunting", "hunting"),
    ("class.unknown", "class: prospecting\n", "", "name: small"),
    ("class.unknown", "yields_to: [renewal]", "yields_to: [everybody]", "everybody]"),
    ("gap.syntax", "gap: 2 bd per person", "gap: two days", "two days"),
    ("gap.missing", "gap: 2 bd per person\n", "", "name: small"),
    ("cool_down.syntax", "avoid: true", "cool_down: a while", "a while"),
    ("role.syntax", "  deputy: optional", "  deputy: maybe", "maybe"),
    ("event.date", "  fair: 2027-11-16", "  fair: in autumn", "in autumn"),
    ("step.no_id", "  - id: 1.1\n    kind", "  - kind", "kind: work/task"),
    ("step.no_kind", "  - id: 1.1\n    kind: work/task\n", "  - id: 1.1\n", "id: 1.1"),
    ("step.unknown_kind", "kind: contact/meeting", "kind: contact/dinner", "contact/dinner"),
    ("step.no_aim", "    aim: capter par leur sujet\n", "", "id: 1.2"),
    ("step.no_aim", "aim: capter par leur sujet", 'aim: ""', "aim"),
    ("step.unknown_aim", "aim: capter par leur sujet", "aim: vendre", "vendre"),
    ("step.no_role", "    to: chief | deputy\n", "", "id: 1.4"),
    ("step.unknown_role", "to: chief | deputy", "to: chief | mayor", "chief | mayor"),
    ("step.addressees", "to: chief | deputy", "to: chief & deputy", "chief & deputy"),
    ("step.unknown_window", "window: agreed", "window: dawn", "dawn"),
    ("step.wrong_window", "window: call", "window: email", "email"),
    ("step.unknown_phase", "phase: engaged", "phase: later", "later"),
    ("step.unknown_landing", "landing: same_time", "landing: softly", "softly"),
    ("step.unknown_scope", "scope: campaign", "scope: world", "world"),
    ("step.not_work", "window: agreed", "scope: campaign", "campaign"),
    ("step.not_work", "window: agreed", "checklist: [box]", "[box]"),
    ("step.wrong_channel", "window: agreed", "asks_next_point: true", "true"),
    ("step.wrong_channel", "    scope: campaign", "    fixes_next_point: true", "true"),
    ("step.wrong_channel", "window: agreed", "begins_thread: true", "true"),
    ("step.duplicate", "to: chief | deputy", "to: head", "1.2"),
    ("offset.syntax", "offset: +11 d", "offset: 11 days", "11 days"),
    ("offset.range", "offset: +11 d", "offset: +9999 d", "+9999 d"),
    ("offset.missing", "    offset: +11 d\n", "", "id: 1.4"),
    ("anchor.missing", "    anchor: meeting\n", "", "id: 1.5"),
    ("anchor.syntax", "anchor: meeting", "anchor: full moon", "full moon"),
    ("anchor.syntax", "anchor: meeting", "anchor: nth_weekday(5, monday, may)", "nth_weekday"),
    ("anchor.syntax", "anchor: meeting", "anchor: nth_weekday(1, moonday, may)", "nth_weekday"),
    ("anchor.unknown_step", "anchor: step 1.2", "anchor: step 9.9", "step 9.9"),
    ("anchor.unknown_event", "anchor: meeting", "anchor: event(picnic)", "event(picnic)"),
    ("anchor.cycle", "anchor: step 1.2", "anchor: step 1.3", "step 1.3"),
    ("requires.syntax", "1.2 sent\n    message: call", "1.2\n    message: call", "1.2\n"),
    ("requires.unknown_step", "1.2 sent\n    message: call", "8.8 sent\n    message: call", "8.8"),
    ("requires.later_step", "1.2 sent\n    message: call", "1.4 sent\n    message: call", "1.4"),
    ("requires.impossible", "1.2 sent\n    message: first", "1.3 sent\n    message: first", "1.3"),
    ("requires.undeclared", "    requires: 1.2 sent\n    message: call", "    message: call", "id"),
    ("condition.unknown", "condition: meeting_agreed", "condition: opened", "opened"),
    ("group.single", "    message: call", "    message: call\n    group: duo", "duo"),
    ("message.missing", "    message: call", "    message: nothing", "nothing"),
    ("message.missing", "    message: call\n", "", "id: 1.3"),
    ("message.missing", "    message: call", "    message: ../call", "../call"),
]


def _first(findings: list[Finding], rule: str) -> Finding:
    return next(finding for finding in findings if finding.rule == rule)


def test_the_small_sequence_has_no_fault(folder: Folder) -> None:
    """Without this, every test below could pass for the wrong reason."""
    assert folder.findings() == []


@pytest.mark.parametrize(("rule", "old", "new", "at"), FAULTS)
@pytest.mark.capability("C12.2")
def test_a_fault_is_found_where_it_stands(
    folder: Folder, rule: str, old: str, new: str, at: str
) -> None:
    """An author mends a file by line number, not by guessing."""
    folder.edit("sequence.yaml", old, new)
    if rule == "step.duplicate":
        folder.edit("sequence.yaml", "id: 1.4", "id: 1.2")

    finding = _first(folder.findings(), rule)
    assert finding.file == folder.plan
    assert text_at(finding).startswith(at)
    assert finding.message
    assert finding.remedy


def test_an_outreach_step_waits_for_no_later_phase(folder: Folder) -> None:
    """It would wait for an exchange that withdraws it the moment it takes place."""
    folder.edit("sequence.yaml", "    aim: capter", "    phase: engaged\n    aim: capter")

    found = [finding for finding in folder.findings() if finding.rule == "phase.order"]

    places = [text_at(finding).split("\n")[0] for finding in found]
    assert places == ["step 1.2", "1.2 sent", "1.2 sent"]


def test_a_circle_of_anchors_is_found_at_each_of_its_steps(folder: Folder) -> None:
    """Each is a place where the circle can be cut."""
    folder.edit(
        "sequence.yaml", "offset: +8 d\n    anchor: start", "offset: +8 d\n    anchor: step 1.3"
    )

    found = [(finding.rule, finding.line) for finding in folder.findings()]

    assert found == [("anchor.cycle", 31), ("anchor.cycle", 40)]


def test_an_anchor_on_a_number_that_stands_twice_is_refused(folder: Folder) -> None:
    """Nobody could say which of the two the step follows."""
    folder.edit("sequence.yaml", "id: 1.4", "id: 1.2")

    assert folder.rules() == ["anchor.ambiguous_step"]


def test_one_number_may_serve_several_roles(folder: Folder) -> None:
    """A step that gives each role its own offset is written as several entries."""
    folder.edit("sequence.yaml", "id: 1.4", "id: 1.2")
    folder.edit(
        "sequence.yaml", "offset: +2 bd\n    anchor: step 1.2", "offset: +10 d\n    anchor: start"
    )

    assert folder.rules() == []


def test_steps_of_a_group_are_placed_together(folder: Folder) -> None:
    """A group moves as one; members with different dates would tear it apart."""
    folder.edit("sequence.yaml", "    message: call", "    message: call\n    group: duo")
    folder.edit("sequence.yaml", "aim: informer", "group: duo\n    aim: informer")

    assert folder.rules() == ["group.spread"]


def test_a_cap_counts_each_person_alone(folder: Folder) -> None:
    """Two e-mails to two people are no breach of a cap of one each."""
    folder.edit("sequence.yaml", "caps: {emails: 3, calls: 3}", "caps: {emails: 1}")

    assert folder.rules() == []


def test_more_emails_than_the_cap_are_found_at_the_first_too_many(folder: Folder) -> None:
    """The author sees which step to leave out."""
    folder.edit("sequence.yaml", "caps: {emails: 3, calls: 3}", "caps: {emails: 1}")
    folder.edit("sequence.yaml", "to: chief | deputy", "to: head")

    found = [(finding.rule, text_at(finding)[:7]) for finding in folder.findings()]

    assert found == [("caps.emails", "id: 1.4")]


def test_a_fifth_call_within_thirty_days_is_found(folder: Folder) -> None:
    """The ruleset would keep it back for ever; better to know at the desk."""
    call = """
  - id: 2.{n}
    kind: contact/call
    aim: comprendre
    to: head
    offset: +{days} d
    anchor: start
    window: call
    message: again
"""
    (folder.path / "again.md").write_text("Bonjour.\n")
    calls = "".join(call.format(n=n, days=7 * n) for n in range(5))
    folder.plan.write_text(folder.plan.read_text().replace("calls: 3", "calls: 9") + calls)

    assert folder.rules() == ["caps.calls_over_30_days"]


def test_a_contact_beyond_the_cap_of_the_enrolment_counts_a_group_once(folder: Folder) -> None:
    """A call and the e-mail that replaces it are one contact to who receives them."""
    folder.edit("sequence.yaml", "caps: {emails: 3, calls: 3}", "caps: {contacts: 2}")
    assert folder.rules() == ["caps.contacts"]

    folder.edit("sequence.yaml", "    message: call", "    message: call\n    group: duo")
    folder.edit(
        "sequence.yaml",
        "window: email\n    message: first",
        "window: email\n    message: first\n    group: duo",
    )
    assert "caps.contacts" not in folder.rules()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n- list\n",
        "[" * 5_000,
        "name: &a [*a]",
        "a: b: c",
        "\x00",
        "name: 'open",
        "a: 1\n---\nb: 2\n",
    ],
)
def test_a_text_that_is_no_sequence_gives_findings_and_no_traceback(
    folder: Folder, text: str
) -> None:
    """Whatever somebody hands over, the answer is a place and a remedy."""
    folder.plan.write_text(text)

    assert folder.rules()


def test_a_file_that_is_no_text_is_said_to_be_unreadable(folder: Folder) -> None:
    """A spreadsheet or an image under that name must not end in a traceback."""
    folder.plan.write_bytes(b"\xff\xfe\x00name")

    assert folder.rules() == ["file.unreadable"]


def test_a_file_that_does_not_exist_is_said_to_be_unreadable(folder: Folder) -> None:
    """A typing error in a path is the commonest fault of all."""
    folder.plan.unlink()

    assert folder.rules() == ["file.unreadable"]


def test_a_path_too_long_for_the_system_is_said_to_be_unreadable(tmp_path: Path) -> None:
    """Asking whether it is a folder already fails, and must not end in a traceback."""
    findings = load(tmp_path / ("x" * 5_000)).findings

    assert [finding.rule for finding in findings] == ["file.unreadable"]


def test_what_is_no_plain_file_is_said_to_be_unreadable(folder: Folder) -> None:
    """A device never ends and a pipe never begins: the checker would stand there for ever."""
    folder.plan.unlink()
    os.mkfifo(folder.plan)

    assert folder.rules() == ["file.unreadable"]


def test_an_oversized_file_is_refused_before_it_is_read_as_yaml(folder: Folder) -> None:
    """A parser that takes minutes is a way to stop the checker."""
    folder.plan.write_text("# " + "x" * 200_000)

    assert folder.rules() == ["file.unreadable"]


def test_a_sequence_without_steps_is_refused(folder: Folder) -> None:
    """It would enrol people in nothing."""
    head, _, _ = folder.plan.read_text().partition("steps:")
    folder.plan.write_text(head)

    assert "sequence.steps" in folder.rules()


def test_a_sequence_too_large_to_publish_is_found_by_the_checker(folder: Folder) -> None:
    """Publishing is one input of 64 KiB at most; the refusal must come at the desk."""
    for n in range(3):
        (folder.path / f"long-{n}.md").write_text("x" * 25_000)
        placed = "kind: work/task, aim: cadrer, offset: +0 d, anchor: start"
        step = f"\n  - {{id: 8.{n}, {placed}, message: long-{n}}}"
        folder.plan.write_text(folder.plan.read_text() + step)

    assert folder.rules() == ["sequence.too_large"]
