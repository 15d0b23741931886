"""The house keeps its words and its arrows: figures of `tools/measure.py` that stay zero."""

from functools import cache

from tests.architecture.repository import PACKAGES, ROOT, report
from tools.measure import (
    Source,
    arrows_up,
    circles,
    layers_of,
    loops_over_one,
    read,
    shared_names,
    top_level_types,
)


@cache
def product() -> tuple[Source, ...]:
    """Return every module that is not a test or a script."""
    return read(ROOT, *PACKAGES)


def test_the_name_of_a_type_means_one_thing() -> None:
    """Whoever searches for a name finds one type, and knows which one a signature means."""
    shared = shared_names(product(), top_level_types)

    assert not shared, report(shared, "give each its own word")


def test_a_loop_names_what_it_goes_over() -> None:
    """`one` makes a reader look up what the things are, once for each line that uses it."""
    nameless = loops_over_one(product())

    assert not nameless, report(nameless, "name the thing: touch, hold, partition")


def test_no_arrow_runs_up() -> None:
    """A lower layer that knows a higher one cannot be read, or changed, without it."""
    upward = arrows_up(product(), layers_of(ROOT))

    assert not upward, report(upward, "hand the value in, or move the code up")


def test_no_modules_import_in_a_circle() -> None:
    """Modules in a circle are one module in several files, and load in no order."""
    found = circles(product())

    assert not found, report(found, "move what both need into a module below them")
