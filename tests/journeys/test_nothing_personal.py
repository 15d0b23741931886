"""No personal value of the sample stands in clear where it could not be erased."""

import email
import json
import unicodedata
from collections.abc import Iterable
from email.policy import default

import phonenumbers
import pytest

from infra.log.port import Place, Topic
from infra.sample.filling import NEXT_POINT, SENDER
from infra.sample.filling import VALUES as MESSAGE_VALUES
from infra.sample.people import SamplePerson, load_people
from sequences.catalogue import LIBRARY
from sequences.french import typographic
from tests.journeys.conftest import Played
from tests.journeys.scenario import load_scenario
from tests.journeys.scripted import REPLY_TEXT
from tests.journeys.whole_store import KEPT_INBOX, small_files, tables

pytestmark = pytest.mark.connected

PEOPLE = load_people()
PHONE_FORMS = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _numbers(phone: str) -> Iterable[str]:
    parsed = phonenumbers.parse(phone)
    for form in PHONE_FORMS:
        text = phonenumbers.format_number(parsed, form)
        yield from (text, text.replace(" ", ""), text.replace(" ", "."))


def _names(person: SamplePerson) -> Iterable[str]:
    yield from (person.given_name, person.family_name)
    yield f"{person.given_name} {person.family_name}"
    yield f"{person.family_name} {person.given_name}"
    yield from (person.email, person.email.partition("@")[0], person.email.partition("@")[0][::-1])


PUBLISHED = "".join(
    file.read_text(encoding="utf-8")
    for pattern in ("*.md", "*.yaml")
    for file in sorted(LIBRARY.rglob(pattern))
)
"""What published sequences say stands in the log: whoever types the same is not found out."""


def _free_texts() -> Iterable[str]:
    """Yield what people type of points and for messages, where no text of ours says the same."""
    points = [row.milestone for row in load_scenario() if row.milestone]
    said = {text for point in points for text in (point.object, point.deliverable)}
    yield from (text for text in said if text not in PUBLISHED)
    yield from (NEXT_POINT.object, NEXT_POINT.deliverable)
    yield from (MESSAGE_VALUES[name] for name in ("probleme", "processus", "gain_agents"))


def _personal_values() -> frozenset[str]:
    """Return every value in the forms in which it could be written, without case."""
    found = {REPLY_TEXT, SENDER["email"], SENDER["sender_name"], *SENDER["sender_name"].split()}
    found |= {SENDER["data_contact"], *_numbers(SENDER["sender_phone"])}
    for person in PEOPLE:
        found |= {*_names(person), *_numbers(person.phone)}
    found |= {form for text in _free_texts() for form in (text, typographic(text))}
    found |= {_plain(text) for text in found}
    # As JSON says it where it keeps to ASCII, too.
    return frozenset(form.casefold() for text in found for form in (text, json.dumps(text)[1:-1]))


VALUES = _personal_values()


def found_in(content: bytes) -> list[str]:
    """Return the personal values that occur in bytes."""
    text = content.decode(errors="replace").casefold()
    return [value for value in VALUES if value in text]


async def test_no_table_holds_a_personal_value(scenario: Played) -> None:
    """Log, inboxes as they ever were, states and views: none of them can be erased."""
    contents = await tables(scenario.look.store.dsn)

    assert {"public.log_frame", f"public.{KEPT_INBOX}", "public.stream_state"} <= contents.keys()
    assert {name: found for name, text in contents.items() if (found := found_in(text))} == {}


@pytest.mark.parametrize("topic", list(Topic))
async def test_no_topic_of_the_log_holds_a_personal_value(scenario: Played, topic: Topic) -> None:
    """Read through the port, as any reader would."""
    log = scenario.look.store.log
    is_single = topic in (Topic.WORKSPACE, Topic.INBOX_WORKSPACE)
    content = b""
    for number in range(1 if is_single else log.partition_count):
        place = Place(topic, number)
        span = (await log.spans([place]))[place]
        offset = span.first
        while records := await log.read(place, offset, bytes_max=1 << 20):
            content += b"".join(record.key + record.value for record in records)
            offset = records[-1].offset + 1

    assert found_in(content) == []
    if topic in (Topic.EVENTS, Topic.WORKSPACE):
        assert content


async def test_no_log_line_holds_a_personal_value(scenario: Played) -> None:
    """What is written to a terminal or a file by the way stays there."""
    assert "runtime_started" in scenario.log_lines
    assert found_in(scenario.log_lines.encode()) == []


async def test_no_small_file_holds_a_personal_value(scenario: Played) -> None:
    """The database's own log quotes statements that fail; the home's file is read by everybody."""
    files = dict(small_files(scenario.look.home))

    assert {"home.json", "postgres/log"} <= files.keys()
    assert {name: found for name, content in files.items() if (found := found_in(content))} == {}


async def test_the_search_finds_what_is_there(scenario: Played) -> None:
    """A search that finds nothing anywhere proves nothing: messages do hold the values."""
    caught = scenario.look.caught()
    read = (email.message_from_bytes(message.content, policy=default) for message in caught)
    texts = "".join(str(message.get_content()) for message in read)
    messages = b"".join(message.content for message in caught)

    found = found_in(messages + " ".join(texts.split()).replace("\u00a0", " ").encode())

    assert {person.email for person in PEOPLE if person.role == "responsable_service"} <= set(found)
    assert SENDER["sender_name"].casefold() in found
    assert typographic(MESSAGE_VALUES["processus"]) in found
