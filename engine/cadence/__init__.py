"""The arithmetic of time: offsets, anchors, windows, gaps, and where touches land."""

from engine.cadence.anchors import budget_vote
from engine.cadence.calendars import calendars_at
from engine.cadence.expanding import expand
from engine.cadence.permitting import refusal_at
from engine.cadence.placing import lay_out
from engine.cadence.touches import Anchors, FixedContact, LayoutTerms, Placement, TouchDraft
from engine.cadence.units import business_days

__all__ = [
    "Anchors",
    "FixedContact",
    "LayoutTerms",
    "Placement",
    "TouchDraft",
    "budget_vote",
    "business_days",
    "calendars_at",
    "expand",
    "lay_out",
    "refusal_at",
]
