"""Follow what was decided: reactors, and the writer of views, with their cursors."""
