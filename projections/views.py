"""Every view of the log, as the projector runs them and the check compares them."""

from projections import suppression, timeline
from projections.accounts import view as accounts

VIEWS = (accounts.VIEW, timeline.VIEW, suppression.VIEW)
