"""Follow what was decided: reactors, and the projector with its cursors."""
