"""Every view of the log, as the projector runs them and the check compares them."""

from projections.accounts.view import AccountsView
from projections.suppression import SuppressionView
from projections.timeline import TimelineView

View = AccountsView | TimelineView | SuppressionView


def views() -> tuple[View, ...]:
    """Return one of each, over its own tables, with its own version and cursor."""
    return (AccountsView(), TimelineView(), SuppressionView())
