"""A small sequence without faults, on disk, to be spoiled by one edit at a time."""

from dataclasses import dataclass
from pathlib import Path

from sequences.findings import Finding
from sequences.load import load

PLAN = """\
name: small
title: A small one
class: prospecting
yields_to: [renewal]
gap: 2 bd per person
caps: {emails: 3, calls: 3}
avoid: true

roles:
  head: required
  chief: optional
  deputy: optional

events:
  fair: 2027-11-16

steps:
  - id: 1.1
    kind: work/task
    scope: campaign
    aim: cadrer la cible
    offset: +0 d
    anchor: start
    checklist: [target, sheet]

  - id: 1.2
    kind: contact/email
    aim: capter par leur sujet
    to: head
    offset: +8 d
    anchor: start
    window: email
    message: first

  - id: 1.3
    kind: contact/call
    aim: comprendre le contexte
    to: head
    offset: +2 bd
    anchor: step 1.2
    window: call
    requires: 1.2 sent
    message: call

  - id: 1.4
    kind: contact/email
    aim: informer au bon niveau
    to: chief | deputy
    offset: +11 d
    anchor: start
    window: email
    requires: 1.2 sent
    message: first

  - id: 1.5
    kind: contact/meeting
    phase: engaged
    aim: comprendre en entretien
    to: replied
    offset: +0 d
    anchor: meeting
    landing: same_time
    window: agreed
    condition: meeting_agreed
"""
FIRST = """\
---
subject: {{ probleme|maj }} {{ organisation|a }} : et vous ?
---
{{ salutation }},

Comment traitez-vous {{ probleme }} ?

{{ signature }}

{{ bloc_information }}

{{ bloc_opposition }}
"""
CALL = """\
« {{ salutation }}, je vous ai écrit {{ jour_dernier_email }}. »
"""


@dataclass(frozen=True, slots=True)
class Folder:
    """A sequence on disk."""

    path: Path

    @property
    def plan(self) -> Path:
        """Return its file."""
        return self.path / "sequence.yaml"

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the one place in a file where `old` stands."""
        text = (self.path / name).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        (self.path / name).write_text(text.replace(old, new))

    def findings(self) -> list[Finding]:
        """Return what the checker says of it."""
        return list(load(self.plan).findings)

    def rules(self) -> list[str]:
        """Return the rules it breaks, in the order of their places."""
        return [finding.rule for finding in self.findings()]


def write_folder(path: Path) -> Folder:
    """Write the small sequence into a folder and return it."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "sequence.yaml").write_text(PLAN)
    (path / "first.md").write_text(FIRST)
    (path / "call.md").write_text(CALL)
    return Folder(path)


def text_at(finding: Finding) -> str:
    """Return what stands where a finding points, to the end of the file."""
    lines = finding.file.read_text().split("\n")
    rest = "\n".join(lines[finding.line - 1 :])
    return rest[finding.column - 1 :]
