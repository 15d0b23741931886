"""The script that measures counts what its first lines say."""

from pathlib import Path
from textwrap import dedent

from tools.measure import (
    Source,
    arrows_up,
    circles,
    documented_constructors,
    function_lengths,
    loops_over_one,
    read,
    shared_names,
    top_level_classes,
    top_level_types,
)

LAYERS = {"infra.home": (0, "home"), "infra.door": (-1, "door"), "infra.mail": (-1, "mail")}


def sources(root: Path, **texts: str) -> tuple[Source, ...]:
    """Return the modules of a package `infra`, each named by its path with underscores."""
    for name, text in texts.items():
        path = root / "infra" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return read(root, "infra")


def test_a_function_is_as_long_as_its_code(tmp_path: Path) -> None:
    """A promise of six lines is not six lines that must be understood."""
    (source,) = sources(
        tmp_path,
        mail='''
            @cached
            def sent(
                self,
            ) -> int:
                """Return a number.

                It is one.
                """
                return 1
            ''',
    )

    assert [length for _, length in function_lengths(source)] == [4]


def test_names_are_shared_between_modules_by_whatever_names_a_type(tmp_path: Path) -> None:
    """An alias is read as a class is; what one module keeps to itself confuses nobody."""
    found = sources(
        tmp_path,
        door="class Answer: ...\nclass _Row: ...\nclass Move: ...\nMOVE = 1\n",
        mail="Answer = int | str\nclass _Row: ...\nclass Move: ...\nMOVE = 1\n",
        home='Kind = TypeVar("Kind")\nName = str\n',
        log='Kind = TypeVar("Kind")\nName = str\n',
    )

    assert shared_names(found, top_level_classes) == ["Move: infra/door.py:3, infra/mail.py:3"]
    assert shared_names(found, top_level_types) == [
        "Answer: infra/door.py:1, infra/mail.py:1",
        "Move: infra/door.py:3, infra/mail.py:3",
    ]


def test_loops_and_constructors_are_found_wherever_they_stand(tmp_path: Path) -> None:
    """Most loops stand in comprehensions, and most constructors below other methods."""
    found = sources(
        tmp_path,
        mail='''
            class Box:
                def __init__(self) -> None:
                    """Begin."""
                    self.seen = [one for one in range(3)]
                    for one in self.seen:
                        print(one for touch in one)
            ''',
    )

    assert loops_over_one(found) == ["infra/mail.py:6", "infra/mail.py:5"]
    assert documented_constructors(found) == ["infra/mail.py:3"]


def test_an_arrow_runs_up_to_a_higher_layer_or_to_a_neighbour(tmp_path: Path) -> None:
    """Neighbours in one layer do not know each other; a layer knows itself and what is below."""
    found = sources(
        tmp_path,
        home__up="from infra.door import knock\nfrom infra.home import rooms\n",
        home__rooms="import infra.mail.letters\n",
        door__knock="from infra.mail.letters import Letter\n",
        mail__letters="def late() -> None:\n    from infra.home.up import run\n",
    )

    assert arrows_up(found, [LAYERS]) == [
        "infra/door/knock.py:1 imports infra.mail.letters",
        "infra/mail/letters.py:2 imports infra.home.up",
    ]


def test_each_circle_is_found_once(tmp_path: Path) -> None:
    """Two ways round among the same modules are one knot to untie."""
    found = sources(
        tmp_path,
        a="from infra import b, c\n",
        b="from infra.a import thing\n",
        c="def late() -> None:\n    import infra.b\n",
        d="from infra import e\n",
        e="from infra import a, d\n",
        f="from infra import a\n",
    )

    first, second = (set(way.split(" -> ")) for way in circles(found))
    if "infra.d" in first:
        first, second = second, first

    assert first <= {"infra.a", "infra.b", "infra.c"}
    assert second == {"infra.d", "infra.e"}
