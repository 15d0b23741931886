"""What a typed address or number may break; the value itself never enters a sentence."""

from engine.errors import RelanceError


class ContactPointError(RelanceError):
    """What was typed is no address or number that can be used."""

    def __init__(self, field: str, *, code: str, rule: str, remedy: str) -> None:
        """Keep which field broke which rule; the value itself is never kept."""
        super().__init__(f"expected {field} to {rule}; {remedy}")
        self.field, self.code, self.rule, self.remedy = field, code, rule, remedy
