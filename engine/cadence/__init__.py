"""The arithmetic of time: offsets, anchors, windows, gaps, and where touches land."""

from engine.cadence.expanding import expand
from engine.cadence.placing import lay_out
from engine.cadence.touches import Anchors, Contact, Placement, Terms, Wanted

__all__ = ["Anchors", "Contact", "Placement", "Terms", "Wanted", "expand", "lay_out"]
