"""What an entrance may raise for a stated reason; all of it is for the person who asked.

    CommandError
    +- UsageError        what was typed breaks a stated rule
    |  +- AmbiguousError   a name means several accounts: says which
    +- RefusedError      an input was decided against
    +- NoAnswerError     no decision came in time
    +- ViewBehindError   a view does not hold yet what was asked of it

No sentence ever holds an opened personal value.
"""

from collections.abc import Sequence

from console.desk.clock_words import DEFAULT_ZONE, clock_text, on_the_clock
from engine.decision import Refused
from engine.errors import RelanceError
from engine.refusals import REFUSALS

SHOWN_MAX = 8


class CommandError(RelanceError):
    """Root of what a command raises for a stated reason."""


class UsageError(CommandError):
    """What was typed cannot be used."""

    def __init__(self, name: str, rule: str, found: str = "", *, remedy: str = "") -> None:
        """Keep which argument breaks which rule; `found` is never a personal value."""
        got = f", got: {found}" if found else ""
        then = f"; {remedy}" if remedy else ""
        super().__init__(f"expected {name} to {rule}{got}{then}")
        self.name, self.rule, self.found, self.remedy = name, rule, found, remedy


class AmbiguousError(UsageError):
    """A name means several accounts."""

    def __init__(self, typed: str, candidates: Sequence[tuple[str, str]]) -> None:
        """Keep the candidates as (id, name)."""
        self.candidates = tuple(candidates)
        shown = ", ".join(f"{name} ({account})" for account, name in candidates[:SHOWN_MAX])
        more = len(candidates) - SHOWN_MAX
        listed = f"{shown} and {more} more" if more > 0 else shown
        super().__init__(
            "the account", "be one", f"{typed}, which may mean {listed}", remedy="give its id"
        )


class RefusedError(CommandError):
    """An input was decided against; it stands in the audit trail."""

    def __init__(self, what: str, refused: Refused, *, zone: str = DEFAULT_ZONE) -> None:
        """Keep what was refused; its instants are said as people of a zone read them."""
        self.what, self.refused = what, refused
        self.allowed_by = REFUSALS[refused.code].lifted_by
        detail = f" ({on_the_clock(refused.detail, zone)})" if refused.detail else ""
        rule = f" by {refused.rule}" if refused.rule else ""
        until = f", until {clock_text(refused.until, zone)}" if refused.until else ""
        super().__init__(f"{what}: {refused.code}{detail}{rule}{until}; {self.allowed_by}")


class NoAnswerError(CommandError):
    """No decision came in time; the input may be decided later all the same."""

    def __init__(self, what: str, waited_seconds: float) -> None:
        super().__init__(
            f"expected a decision on {what} within {waited_seconds:.0f} s, got: none; "
            "it may still come: look at `relance status`, then at the timeline, before asking again"
        )
        self.what, self.waited_seconds = what, waited_seconds


class ViewBehindError(CommandError):
    """A view does not hold yet what the home knows."""

    def __init__(self, view: str, standing: str) -> None:
        super().__init__(
            f"expected the view {view} to hold all that was decided, got: {standing}; "
            "nothing was asked, try again in a moment"
        )
        self.view, self.standing = view, standing
