"""The repository stands alone: it names no neighbour folder, no host, no machine."""

import re

import pytest

from tests.architecture.repository import files, relative, report

# Written in pieces, so that this file does not contain what it looks for.
NEIGHBOUR = "|".join((r"\.\./" + "shared", "/work" + "/"))
REGISTRIES = "|".join(
    re.escape(".".join(words))
    for words in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
        ("golang", "org"),
        ("repo", "maven", "apache", "org"),
        ("repo1", "maven", "org"),
        ("deb", "debian", "org"),
    )
)
# A path begins there: what only contains such a folder is somebody's own.
MACHINE = "|".join((r"(?<!\w)/(?:root|home|Users)" + r"/\w", r"[A-Z]:\\" + r"Users"))
FORBIDDEN = [
    pytest.param(NEIGHBOUR, "copy what is needed into the repository", id="neighbour"),
    pytest.param(REGISTRIES, "name the package; the client knows where it lives", id="registry"),
    pytest.param(MACHINE, "take the folder as an argument or from a setting", id="machine"),
]


@pytest.mark.parametrize(("pattern", "remedy"), FORBIDDEN)
def test_no_file_names_what_a_clone_does_not_have(pattern: str, remedy: str) -> None:
    """What works beside its author's folders only does not work."""
    search = re.compile(pattern)
    found = [
        f"{relative(path)}:{number}: {line.strip()[:80]}"
        for path in files()
        for number, line in enumerate(_text(path.read_bytes()).splitlines(), start=1)
        if search.search(line)
    ]

    assert not found, report(found, remedy)


def _text(content: bytes) -> str:
    return "" if b"\0" in content else content.decode("utf-8")
