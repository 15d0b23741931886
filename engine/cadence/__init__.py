"""The arithmetic of time: offsets, anchors, windows, gaps, and where touches land."""
