"""The workspace: publications, in one order."""

from engine.workspace.rules import Workspace, decide, fold

__all__ = ["Workspace", "decide", "fold"]
