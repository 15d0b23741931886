"""What the pages say exists, and what exists is on a page."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

import engine.events
import engine.requests
from engine.refusals import RefusalCode
from infra.settings import SOURCES
from infra.telemetry import LOG_EVENTS
from tests.architecture.pages import documentation, links, pages, prose, resolves, target_of
from tests.architecture.repository import (
    ROOT,
    files,
    relative,
    report,
    words,
)

LIST_MARKER = re.compile(r"^\s*\d+\. ")
TWO_SENTENCES = re.compile(r"[a-zà-ÿ0-9)`\"]\. [A-ZÀ-Ý]")


def test_every_relative_link_resolves() -> None:
    """A page that sends its reader nowhere is worse than none."""
    broken = [
        f"{relative(page)}: {target}"
        for page in pages()
        for target in links(page)
        if not resolves(page, target)
    ]

    assert not broken, report(broken, "correct the link, or write the page")


def test_every_page_can_be_reached_from_the_readme() -> None:
    """Nobody searches a folder for a page he does not know of."""
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md" and page.exists():
            reached.add(page)
            waiting += [target_of(page, link) for link in links(page)]
    lost = [relative(page) for page in pages() if page.resolve() not in reached]

    assert not lost, report(lost, "link it from README.md, or from a page that README.md links")


def test_every_event_and_request_is_in_the_documentation() -> None:
    """The vocabulary is what people and code have in common."""
    known = words(documentation())
    absent = [
        f"{module.__name__}.{name}"
        for module in (engine.events, engine.requests)
        for name in _structs(module.__name__, vars(module))
        if name not in known
    ]

    assert not absent, report(absent, "write what it means, or run python -m tools.make_vocabulary")


def test_every_refusal_code_is_in_the_documentation() -> None:
    """Whoever is refused looks the code up."""
    absent = sorted(set(RefusalCode) - words(documentation()))

    assert not absent, report(absent, "write what it means, or run python -m tools.make_rules")


def test_settings_and_operating_list_the_same_variables() -> None:
    """A setting that is not written down is found by accident, one that is gone misleads."""
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(RELANCE_\w+)` \| (.*?) \|", text, re.MULTILINE)

    assert dict(rows) == {
        source.name: f"`{source.default}`" if source.default else "not set" for source in SOURCES
    }, "bring docs/operating.md, section Settings, and infra/settings.py to the same list"


def test_every_log_event_is_in_operating_with_its_meaning() -> None:
    """Somebody reads this page while something rings."""
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    absent = [
        f"| `{name}` | {meaning} |"
        for name, meaning in LOG_EVENTS.items()
        if not re.search(rf"^\| `{name}` \|", text, re.MULTILINE)
    ]

    assert not absent, report(absent, "add to docs/operating.md, section Log events")


def test_operating_lists_no_log_event_that_is_gone() -> None:
    """An alarm that waits for a name nobody writes never rings."""
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    section = text.partition("## Log events")[2].partition("\n## ")[0]
    gone = sorted(set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) - set(LOG_EVENTS))

    assert not gone, report(gone, "take it out of docs/operating.md, section Log events")


def test_files_and_commands_named_in_pages_exist() -> None:
    """A path in a page is followed by hand; it must lead somewhere."""
    gone = [
        f"{relative(page)}: {name}"
        for page in pages()
        for name in _paths_in(page.read_text(encoding="utf-8"))
        if not _exists(name)
    ]

    assert not gone, report(gone, "correct the name, or write the file")


def test_pages_have_one_sentence_a_line() -> None:
    """A changed sentence is then a changed line, and a review reads it as one."""
    crowded = [
        f"{relative(page)}:{number}: {line[:80]}"
        for page in pages()
        if page.parent.name != "decisions"  # options are short enough to stand on one line
        for number, line in prose(page)
        if TWO_SENTENCES.search(LIST_MARKER.sub("", line))
    ]

    assert not crowded, report(crowded, "break the line after the full stop")


def _structs(module: str, names: Mapping[str, object]) -> Iterator[str]:
    for name, value in names.items():
        if name.startswith("_") or not isinstance(value, type) or value.__module__ != module:
            continue
        if issubclass(value, msgspec.Struct):
            yield name


def _paths_in(text: str) -> Iterator[str]:
    for name in re.findall(r"`([\w./-]+/[\w./-]*|\w+\.(?:py|md|toml))(?:::\w+)*`", text):
        if name.split("/")[0] in {"docs", "tools", "tests", *_top_folders()}:
            yield name


def _top_folders() -> set[str]:
    return {relative(path).split("/")[0] for path in files() if "/" in relative(path)}


def _exists(name: str) -> bool:
    return (ROOT / name).exists()
