"""How tests are written: nothing slept, nothing skipped, nothing mocked."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.repository import Module, imported, modules_of, report

SKIPS = frozenset({"skip", "skipif", "skipIf", "skipUnless", "importorskip", "xfail"})
MOCKS = frozenset({"mock", "unittest", "pytest_mock", "freezegun", "time_machine"})
PACING = ("tests.bench", "tests.journeys.long", "tests.systems.blocks", "tests.systems.crowd")
"""What paces load, measures a loop, or looks at another process waits on time by trade."""

pytest_plugins = ("pytester",)


def test_no_test_sleeps() -> None:
    """A sleep is either too short on a slow machine or too long on a fast one."""
    slept = [
        module.where(node)
        for module in modules_of("tests")
        if not module.name.startswith(PACING)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sleep"
    ]

    assert not slept, report(slept, "wait on a signal (an Event, a named point), not on time")


def test_no_test_is_marked_to_be_skipped() -> None:
    """A skipped test looks green and guards nothing."""
    skipped = [finding for module in modules_of("tests") for finding in _skips(module)]

    assert not skipped, report(skipped, "bring what it needs in tests/servers, or delete the test")


def test_nothing_is_mocked() -> None:
    """A mock agrees with whatever we believed; a memory adapter passed the contract."""
    mocked = [
        f"{module.where(node)} imports {name}"
        for module in modules_of("tests")
        for node, name in imported(module)
        if MOCKS & set(name.split("."))
    ]

    assert not mocked, report(mocked, "use the memory adapter, or subclass it for a fault")


def test_each_test_says_why_it_matters() -> None:
    """The name is the claim; the docstring is the reason somebody would miss it."""
    silent = [
        f"{module.where(node)} {node.name}"
        for module in modules_of("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert not silent, report(silent, "add one line that says why the claim matters")


@pytest.mark.parametrize(
    "test",
    [
        "import pytest\n@pytest.mark.skip\ndef test_it(): ...",
        "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False",
        "import pytest\npytest.skip('no server', allow_module_level=True)",
    ],
    ids=["skip", "xfail", "module"],
)
def test_a_run_that_skips_is_red(pytester: pytest.Pytester, test: str) -> None:
    """Marks can be set while running, where no reader of sources sees them."""
    pytester.makepyfile(test_green="def test_green(): ...", test_left_out=test)

    result = pytester.runpytest_inprocess(
        "-p", "tests.architecture.nothing_skipped", "-p", "no:randomly", "-p", "no:asyncio"
    )

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["SKIPPED *test_left_out.py*: bring what it needs *"])


def _skips(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in SKIPS:
            yield f"{module.where(node)} {ast.unparse(node)}"
