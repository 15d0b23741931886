"""What leaves the house, and what it says."""

from console.cli.exits import Exit
from infra.home.layout import MAIL_FOLDER
from infra.mail.mail_folder import CaughtMessage, MailFolder
from tests.journeys.leaving import broken_promises, thread_faults
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row

MAIL_FILE = """\
host = "127.0.0.1"
port = 2525
security = "none"
from_address = "contact@exemple.example"
"""


async def _faults_of_a_mail_file(home: FreshHome) -> str:
    home.write(
        "home/mail.toml",
        'host = "smtp.exemple.example"\nport = "587"\nsecurity = "none"\nusername = "claire"\n'
        'from_address = "Claire <contact@exemple.example>"\nmessages_a_day = 10\n',
    )
    said = (await home.relance("up", "--empty")).expect(Exit.BAD_INPUT)
    keys = ("port", "security", "username", "from_address", "messages_a_day")
    for line, key in enumerate(keys, 2):
        assert f"mail.toml:{line}:1: {key}: " in said.err, said.err
    assert not (home.home / "home.json").exists()
    return f"exit code 2, and {len(keys)} faults at once, each with line and key"


async def _addresses_that_name_no_sender(home: FreshHome) -> str:
    for address in ("Claire <c@exemple.example>", "é@exemple.example", "c@exemple.example."):
        home.write("home/mail.toml", MAIL_FILE.replace("contact@exemple.example", address))
        said = (await home.relance("up", "--empty")).expect(Exit.BAD_INPUT)
        assert "mail.toml:4:1: from_address: " in said.err, said.err
    home.write("home/mail.toml", MAIL_FILE.replace("contact@", "claire_martin@"))
    async with home.up("--empty") as running:
        assert running.process.returncode is None, running.log_lines
    return "a name, an accent, a dot at the end: refused at the start; an underscore: taken"


async def _messages_of_the_sample(home: FreshHome) -> tuple[CaughtMessage, ...]:
    async with home.up("--stop-after-play") as running:
        await running.ended()
    folder = MailFolder(home.home / MAIL_FOLDER)
    folder.open()
    try:
        return folder.messages()
    finally:
        folder.close()


async def _promises_of_the_sample(home: FreshHome) -> str:
    messages = await _messages_of_the_sample(home)
    faults = broken_promises(messages)
    assert messages
    assert not faults, faults[:3]
    return f"{len(messages)} messages of the sample: no link, no click, no line too long"


async def _threads_of_the_sample(home: FreshHome) -> str:
    messages = await _messages_of_the_sample(home)
    answers = [message for message in messages if b"\r\nReferences: " in message.content]
    faults = thread_faults(messages)
    assert answers
    assert not faults, faults[:3]
    return f"{len(answers)} of {len(messages)} messages answer one, each as Re: and its subject"


ROWS = (
    Row(
        name="mail-promises",
        before=(
            "without public_url links led to https://localhost, List-Unsubscribe-Post promised a"
            " click and the text an erasure and three years; Subject lines had 77 characters"
        ),
        now=_promises_of_the_sample,
    ),
    Row(
        name="mail-threads",
        before="follow-ups named the first message and had another subject: Gmail parts them",
        now=_threads_of_the_sample,
    ),
    Row(
        name="mail-file",
        before="a start told one fault of mail.toml as damage (exit 5: restore it from a backup)",
        now=_faults_of_a_mail_file,
    ),
    Row(
        name="mail-from-address",
        before="such a from_address started, and ended the home at its first due e-mail",
        now=_addresses_that_name_no_sender,
    ),
)
