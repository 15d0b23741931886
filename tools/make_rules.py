"""Write docs/rules.md: what each rule and each refusal means, and what may lift it.

The lines are those of the registries, so that code and page cannot differ.
Run as `python -m tools.make_rules`.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from engine.explanation import Explanation
from engine.refusals import REFUSALS
from engine.rule_ids import RULES, family_of

PAGE = Path(__file__).parents[1] / "docs/rules.md"


def page() -> str:
    """Return the whole page."""
    parts = [
        "# What does this rule mean?",
        "",
        "Whatever happens to an account names the rule by which it happened.",
        "Here is each rule by its id, with what it says and what may lift it.",
        "Where nothing is written in the last column, the rule says what happened.",
        "`relance rules window.holiday` shows one of them, `relance rules window` a family.",
        "`tools/make_rules.py` writes it from `engine/rule_ids.py` and `engine/refusals.py`.",
    ]
    for family, rules in groupby(RULES, family_of):
        rows = ((str(rule), RULES[rule]) for rule in rules)
        parts += ["", f"## {family}", "", *_table(("rule", "what it says", "lifted by"), rows)]
    rows = ((str(code), explained) for code, explained in REFUSALS.items())
    head = ("code", "what it says", "what would allow it")
    return "\n".join([*parts, "", "## Refusals", "", *_table(head, rows)]) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, Explanation]]) -> list[str]:
    lines = [head, tuple("---" for _ in head)]
    lines += [(f"`{name}`", *explained) for name, explained in rows]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
