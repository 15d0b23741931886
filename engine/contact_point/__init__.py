"""The contact point: what holds for an address wherever it is known."""

from engine.contact_point.rules import ContactPointState, decide, fold

__all__ = ["ContactPointState", "decide", "fold"]
