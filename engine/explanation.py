"""What a rule or a refusal means to the person who meets it."""

from typing import NamedTuple


class Explanation(NamedTuple):
    """One sentence a salesperson understands, and what may lift it."""

    sentence: str
    lifted_by: str = ""  # empty: it says what happened, there is nothing to lift
