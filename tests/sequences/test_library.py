"""The library that comes with Relance: whole, without a fault, dated as its tables say."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine.plan import Condition, Need, Requirement, Sequence, Step
from engine.values import Channel
from sequences.catalogue import LIBRARY, find_sequence, library_names
from sequences.findings import Findings
from sequences.load import DRAFT, load
from sequences.messages import DIMENSIONS, read_source
from sequences.variables import VARIABLES
from tests.engine.cadence import tables

COMPLETE = "collectivite-prise-de-contact-30j"
DRAFTS = ("nurturing-collectivite-12m", "radar-renouvellement", "saas-b2b-deux-semaines")


def _sequence(name: str) -> Sequence:
    sequence = load(find_sequence(name)).sequence
    assert sequence is not None
    return sequence


def _bare(step: Step) -> Step:
    """Return a step without what the tables of dates leave out."""
    return replace(
        step,
        aim="",
        message="",
        checklist=(),
        requires=(),
        condition=None,
        asks_assessment=False,
        asks_next_point=False,
        fixes_next_point=False,
        begins_thread=False,
    )


def _required(sequence: Sequence) -> dict[str, tuple[Requirement, ...]]:
    return {step.id: step.requires for step in sequence.steps if step.requires}


def _conditions(sequence: Sequence) -> dict[str, Condition]:
    return {step.id: step.condition for step in sequence.steps if step.condition}


def test_the_library_holds_these_four() -> None:
    """Each name stands in stored enrolments and never changes."""
    assert library_names() == tuple(sorted((COMPLETE, *DRAFTS)))


def test_the_complete_sequence_has_no_fault() -> None:
    """It is published on the first start; a fault would stop it."""
    loaded = load(find_sequence(COMPLETE))

    assert loaded.findings == ()
    assert loaded.sequence is not None


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_lacks_its_texts_and_nothing_else(name: str) -> None:
    """Its dates can be worked out; publishing refuses it."""
    loaded = load(find_sequence(name))

    assert [finding.rule for finding in loaded.findings] == [DRAFT]
    assert loaded.sequence is not None
    assert loaded.sequence.is_draft


@pytest.mark.parametrize("name", library_names())
def test_a_sequence_lies_in_the_folder_of_its_name(name: str) -> None:
    """It is found by the name under which it was published."""
    assert _sequence(name).name == name


@pytest.mark.parametrize("name", library_names())
def test_the_steps_are_those_of_the_tables(name: str) -> None:
    """Dates are tested against the tables; files must say the same."""
    table, sequence = tables.SEQUENCES[name], _sequence(name)

    assert [_bare(step) for step in sequence.steps] == [_bare(step) for step in table.steps]
    assert (sequence.gap, sequence.sequence_class, sequence.events) == (
        table.gap,
        table.sequence_class,
        table.events,
    )


def test_the_first_sequence_waits_for_what_its_texts_mention() -> None:
    """An e-mail to the head office says that the service was written to: it must be true."""
    sent, attempted = Need.SENT, Need.ATTEMPTED
    calls = ("1.4", "1.6", "1.12")
    sequence = _sequence(COMPLETE)
    expected = {
        "1.4": Requirement(steps=("1.3",), need=sent),
        "1.5": Requirement(steps=("1.3",), need=sent),
        "1.6": Requirement(steps=("1.4",), need=attempted),
        "1.7": Requirement(steps=("1.3",), need=sent),
        "1.11": Requirement(steps=("1.8",), need=Need.HELD),
        "1.13": Requirement(steps=("1.8",), need=Need.HELD),
        "1.14": Requirement(steps=calls, need=attempted),
    }

    contents = [step.requires for step in sequence.steps if step.id == "1.10"]
    others = {id_: needs for id_, needs in _required(sequence).items() if id_ != "1.10"}
    assert others == {id_: (requirement,) for id_, requirement in expected.items()}
    assert [needs[0].steps for needs in contents] == [("1.3",), ("1.5",), ("1.7",)]


def test_conditions_are_those_of_the_tables() -> None:
    """A step without its condition goes to people it was not meant for."""
    assert _conditions(_sequence(COMPLETE)) == {
        "1.3": Condition.CAMPAIGN_OPEN,
        "1.5": Condition.SERVICE_NOT_REFUSED,
        "1.7": Condition.DIGITAL_OFFER,
        "1.8": Condition.MEETING_AGREED,
        "1.13": Condition.ACCOUNT_HOT,
        "1.14": Condition.WITHOUT_EXCHANGE,
    }
    assert _conditions(_sequence("nurturing-collectivite-12m")) == {
        "3.2": Condition.VOTE_AHEAD,
        "3.3": Condition.VOTE_AHEAD,
        "3.4b": Condition.NOT_REACHED,
        "3.8": Condition.ATTENDANCE_CONFIRMED,
    }
    assert _conditions(_sequence("saas-b2b-deux-semaines")) == {
        "2.7p": Condition.MEETING_AGREED,
        "2.8p": Condition.MEETING_AGREED,
    }


def test_drafts_declare_what_their_steps_suppose() -> None:
    """The texts to come may rely on it."""
    reached = Requirement(steps=("4.3", "4.5"), need=Need.REACHED)
    done = Requirement(steps=("4.1",), need=Need.DONE)

    assert _required(_sequence("radar-renouvellement")) == {
        "4.2": (done,),
        "4.3": (Requirement(steps=("4.2",), need=Need.SENT),),
        "4.6": (reached,),
    }
    assert _required(_sequence("saas-b2b-deux-semaines")) == {
        "2.2": (Requirement(steps=("2.1",), need=Need.ATTEMPTED),),
        "2.4": (Requirement(steps=("2.3",), need=Need.SENT),),
        "2.8": (Requirement(steps=("2.7",), need=Need.ATTEMPTED),),
    }


def test_caps_and_yields_are_those_of_the_pages() -> None:
    """Nurturing never blocks a renewal; nobody gets a fourth call in the first month."""
    rows = {
        name: (it.emails_max, it.calls_max, it.contacts_max, it.yields_to, it.cool_down_months)
        for name, it in ((name, _sequence(name)) for name in library_names())
    }

    assert rows == {
        COMPLETE: (3, 3, 0, ("renewal",), 3),
        "saas-b2b-deux-semaines": (4, 4, 0, (), 3),
        "nurturing-collectivite-12m": (0, 3, 9, ("renewal",), 3),
        "radar-renouvellement": (0, 0, 0, (), 3),
    }


def test_the_fair_has_its_default_date() -> None:
    """A workspace that sets none still gets a whole plan."""
    assert _sequence("nurturing-collectivite-12m").events == {"salon": date(2027, 11, 16)}


def test_the_first_sequence_asks_for_what_a_call_and_a_closing_must_bring() -> None:
    """Nobody hangs up without the three answers, nor closes without a dated next point."""
    steps = _sequence(COMPLETE).steps

    assert [step.id for step in steps if step.asks_assessment] == ["1.4"]
    assert [step.id for step in steps if step.asks_next_point] == ["1.12"]
    assert [step.id for step in steps if step.fixes_next_point] == ["1.14"]


def test_preparation_tasks_have_boxes_to_tick() -> None:
    """The campaign opens when they are all ticked."""
    boxes = {step.id: len(step.checklist) for step in _sequence(COMPLETE).steps if step.checklist}

    assert boxes == {"1.1": 7, "1.2": 3}


def test_every_step_of_the_complete_sequence_has_its_text() -> None:
    """Whoever gets a task sees what to say or do."""
    sequence = _sequence(COMPLETE)

    assert {step.message for step in sequence.steps} == set(sequence.messages)
    assert len(sequence.messages) == 14


@pytest.mark.parametrize("key", ["1.3-email-a", "1.5-email-b"])
def test_the_first_messages_speak_of_public_staff_and_budget(key: str) -> None:
    """A collectivité hears of its people before it hears of us."""
    file = LIBRARY / COMPLETE / f"{key}.md"
    source = read_source(file, Findings(file))

    assert source is not None
    assert source.dimensions == DIMENSIONS


def test_every_email_can_be_objected_to_and_names_its_sender() -> None:
    """What was published carries them itself, whatever becomes of the shared texts."""
    sequence = _sequence(COMPLETE)
    mails = {step.message for step in sequence.steps if step.channel is Channel.EMAIL}

    for key in sorted(mails):
        message = sequence.messages[key]
        assert {"societe", "adresse_postale"} <= set(message.needs)
        assert "répondez « stop »" in message.body
        assert "lien_opposition" in message.may_use
        assert "source_contact" in message.needs
        assert message.subject


def test_every_variable_of_the_library_is_known() -> None:
    """The list is what whoever fills an account looks at."""
    messages = _sequence(COMPLETE).messages.values()
    named = {name for message in messages for name in (*message.needs, *message.may_use)}

    assert named <= VARIABLES.keys()
    assert all(variable.meaning for variable in VARIABLES.values())


def test_a_path_is_found_as_given() -> None:
    """Whoever writes a sequence has it outside the library."""
    assert find_sequence("no/such/file.yaml").name == "file.yaml"
