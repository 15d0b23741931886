"""What a campaign may aim at: exchanges that lead on, never a signature (C13.5)."""

from engine.refusals import RefusalCode
from engine.ruleset import kind_key

GOALS = ("meetings", "qualified_accounts", "next_points")
"""What is counted beside each goal: meetings agreed, prospects and clients, dated points."""

SALES = frozenset(
    {
        *(
            "contract",
            "contrat",
            "marche",
            "marche_signe",
            "marches_signes",
            "order",
            "bon_commande",
        ),
        *("purchase", "sale", "vente", "ventes", "signature", "signatures", "client", "clients"),
    }
)
"""Words for what nobody gets in thirty days of first contact."""


def refusal_of_goal(goal: str) -> RefusalCode | None:
    """Return why a campaign cannot have a goal; None for one that is counted.

    Examples:
        >>> goals = ("meetings", "marché signé", "likes")
        >>> [code and code.value for code in map(refusal_of_goal, goals)]
        [None, 'unrealistic_goal', 'unknown_goal']
    """
    if goal in GOALS:
        return None
    is_sale = kind_key(goal) in SALES
    return RefusalCode.UNREALISTIC_GOAL if is_sale else RefusalCode.UNKNOWN_GOAL
