"""What any entrance needs: asking, finding, opening names, views, the log read."""
