"""The workspace: publications, in one order."""

from engine.workspace.rules import Workspace, adopt, decide, fold

__all__ = ["Workspace", "adopt", "decide", "fold"]
