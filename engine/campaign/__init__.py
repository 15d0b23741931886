"""The campaign: a batch of enrolments with one purpose, prepared before it opens."""

from engine.campaign.rules import decide
from engine.campaign.state import Campaign, fold

__all__ = ["Campaign", "decide", "fold"]
