"""What every part of a home agrees on: its folders, and the name fields are sealed under.

Imports nothing: a command that looks at a home pays for no more than these words.
"""

WORKSPACE_NAME = "relance"
"""What sealed fields are bound to; one home holds one workspace."""

POSTGRES_FOLDER = "postgres"
MAIL_FOLDER = "mail"
LOG_FILE = "relance.log"
HOME_MODE = 0o700
