"""Who may import whom; import-linter holds the layers, this holds the rest."""

import sys

from tests.architecture.repository import PACKAGES, imported, modules, modules_of, report

ENGINE_MAY_USE = frozenset({"engine", "msgspec"})
# What may be known by whom, outermost last; import-linter reports the whole chain.
KNOWN_TO = {
    "engine": {"engine"},
    "sequences": {"engine", "sequences"},
    "projections": {"engine", "projections"},
    "infra": {"engine", "sequences", "projections", "infra"},
    "console": set(PACKAGES),
}


def test_imports_point_inward() -> None:
    """A rule that knows the database cannot be tested, or replayed, without one."""
    outward = [
        f"{module.where(node)} imports {name}"
        for module in modules_of(*PACKAGES)
        for node, name in imported(module)
        if name.partition(".")[0] in {*PACKAGES, "tests", "tools"} - KNOWN_TO[module.package]
    ]

    assert not outward, report(outward, "move the code outward, or pass the value as an argument")


def test_the_engine_uses_the_standard_library_and_msgspec_only() -> None:
    """The rules must run unchanged in ten years; each dependency is a reason they would not."""
    foreign = [
        f"{module.where(node)} imports {name}"
        for module in modules_of("engine")
        for node, name in imported(module)
        if name.partition(".")[0] not in ENGINE_MAY_USE | sys.stdlib_module_names
    ]

    assert not foreign, report(foreign, "do it in infra/ or sequences/ and pass the result in")


def test_tests_of_pure_folders_import_no_infra() -> None:
    """The path of a test says what it costs; these run in microseconds."""
    costly = [
        f"{module.where(node)} imports {name}"
        for module in modules()
        if module.name.startswith(("tests.engine", "tests.sequences", "tests.projections"))
        for node, name in imported(module)
        if name.partition(".")[0] in {"infra", "console"}
    ]

    assert not costly, report(costly, "move the test to tests/infra or tests/contracts")
