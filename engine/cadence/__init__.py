"""The arithmetic of time: offsets, anchors, windows, gaps, and where touches land."""

from engine.cadence.expanding import expand
from engine.cadence.placing import lay_out
from engine.cadence.touches import Anchors, FixedContact, LayoutTerms, Placement, TouchDraft

__all__ = ["Anchors", "FixedContact", "LayoutTerms", "Placement", "TouchDraft", "expand", "lay_out"]
