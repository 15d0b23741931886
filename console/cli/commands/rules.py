"""Rules: what each means, and what may lift it; needs no running Relance."""

from difflib import get_close_matches

from console.cli.context import Context
from console.cli.show.rules import draw_explained, explained
from console.desk.errors import UsageError
from engine.refusals import REFUSALS
from engine.rule_ids import RULES, family_of


def rules(rule: str = "", *, context: Context) -> None:
    """Say what a rule or a refusal means, and what may lift it.

    Args:
        rule: Its id, as `relance why` names it, or a family such as `window`; without, all.
    """
    found = [name for name in RULES if rule in ("", name, family_of(name))]
    codes = [code for code in REFUSALS if rule in ("", code)]
    if not found and not codes:
        raise UsageError("the rule", "be known", rule, remedy=_remedy(rule))
    document = {
        "rules": explained(RULES, found),
        "refusals": explained(REFUSALS, codes),
    }
    context.terminal.show(document, lambda console: draw_explained(console, **document))


def _remedy(typed: str) -> str:
    families = {family_of(rule) for rule in RULES}
    near = get_close_matches(typed.lower(), [*RULES, *REFUSALS, *families], cutoff=0.5)
    listed = "`relance rules` lists them all"
    return f"did you mean {' or '.join(near)}? {listed}" if near else listed
