"""The tree of commands: names here, code in console.cli.commands, imported when it is run.

--help shows it; docs/operating.md lists the same commands.
"""

from importlib.metadata import version

from cyclopts import App, Group, Parameter

EPILOGUE = (
    "Every command takes, before or after its name: --json (one document instead of tables), "
    "--as NAME (who asks; else your login name), --home FOLDER (else RELANCE_HOME, else "
    ".relance), --no-names (leave personal names out)."
)
DAY = Group("Every day", sort_key=1)
WORK = Group("What is asked of an account", sort_key=2)
SETUP = Group("Set up", sort_key=3)
CARE = Group("Run and look after", sort_key=4)

COMMANDS = (
    ("up", "up:up", CARE, "Run Relance in the foreground."),
    ("pipeline", "looking:pipeline", DAY, "Accounts by status and stage, campaigns, ageing."),
    ("tasks", "tasks:app", DAY, "Today's calls and tasks; close one, open one."),
    (
        "timeline",
        "looking:timeline",
        DAY,
        "Everything that happened and is planned for an account.",
    ),
    ("why", "looking:why", DAY, "One touch: what was asked, what moved it, where it landed."),
    ("rules", "rules:rules", DAY, "What a rule or a refusal means, and what may lift it."),
    ("record", "record:app", DAY, "Report a reply, an absence, a bounce, an objection..."),
    (
        "suppressions",
        "suppressions:app",
        DAY,
        "People and addresses to which nothing goes, and why; lift a mistake.",
    ),
    ("enrol", "enrolling:enrol", WORK, "Take an account through a sequence."),
    ("assign", "enrolling:assign", WORK, "Give a role of an enrolment a person."),
    ("withdraw", "enrolling:withdraw", WORK, "End an enrolment by order."),
    ("pause", "holding:pause", WORK, "Hold an account, an enrolment or a person."),
    ("resume", "holding:resume", WORK, "Lift a hold."),
    ("touches", "touches:app", WORK, "Plan a touch by hand, skip one, settle one in doubt."),
    ("milestones", "milestones:app", DAY, "Next points by day, and who has none; fix one."),
    ("accounts", "accounts:app", SETUP, "Add organisations; their values and stage."),
    ("people", "people:app", SETUP, "Add people and their addresses."),
    ("campaigns", "campaigns:app", SETUP, "Found campaigns, and open them."),
    ("sequences", "sequences:app", SETUP, "Check sequence files, show their dates, publish them."),
    ("rulesets", "rulesets:app", SETUP, "Put a ruleset in force: calendars, windows, caps."),
    ("mailboxes", "mailboxes:app", SETUP, "Make a sending mailbox known."),
    ("sending", "sending:app", CARE, "Hold all e-mails, or let them go again."),
    ("status", "looking:status", CARE, "What runs, what waits, what is in doubt."),
    ("backup", "backups:backup", CARE, "Write the home into two folders, while it runs."),
    ("restore", "backups:restore", CARE, "Make a home of a backup."),
    ("log", "log:app", CARE, "The log itself: create, head, read, tail, verify."),
    (
        "projections",
        "projections:app",
        CARE,
        "Compare views with a fold from zero, or rebuild one.",
    ),
)
"""Name, where its code is in console.cli.commands, group, what it is for: said here alone."""


def application() -> App:
    """Return the whole command line; nothing of it is imported yet."""
    app = App(
        name="relance",
        help="Who was contacted, when, why, by which rule.",
        help_epilogue=EPILOGUE,
        version=version("relance"),
        print_error=False,
        exit_on_error=False,
        help_format="plaintext",
        default_parameter=Parameter(negative=(), show_default=False),
    )
    for name, path, group, text in COMMANDS:
        app.command(f"console.cli.commands.{path}", name=name, group=group, help=text)
    return app
