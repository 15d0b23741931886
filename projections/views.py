"""Every view of the log, as they are written, asked and checked."""

from projections import published, suppression, timeline
from projections.accounts import view as accounts

VIEWS = (accounts.VIEW, timeline.VIEW, suppression.VIEW, published.VIEW)
