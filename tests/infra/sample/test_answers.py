"""The seeded answers: the same everywhere, complete, in proportion to the weights."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from infra.sample.answers import Approach, Call, Mail, Meeting, Silent, answer
from infra.sample.errors import SampleDataError
from infra.sample.weights import (
    ANSWERS,
    CallAnswer,
    EmailAnswer,
    MeetingAnswer,
    load_weights,
)

WEIGHTS = load_weights()
CALL = Approach(
    seed=1, account="a", touch="3", step="1.4", channel="call", role="responsable_service"
)
MAIL = replace(CALL, channel="email", step="1.3")
MEETING = replace(CALL, channel="meeting", step="1.8")


def many(asked: Approach, count: int = 4_000) -> list[object]:
    """Return the answers of as many touches."""
    return [answer(WEIGHTS, replace(asked, touch=str(index))) for index in range(count)]


def test_the_same_touch_is_answered_alike_in_another_process() -> None:
    """A play that was killed goes on in a new process, with other hash seeds."""
    script = (
        "from tests.infra.sample.test_answers import *;"
        "print([answer(WEIGHTS, replace(CALL, touch=str(n))) for n in range(20)])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "4"},
        cwd=Path(__file__).parents[3],
    )

    assert found.stdout.strip() == str(many(CALL, 20))


def test_seed_account_touch_and_attempt_each_matter() -> None:
    """Otherwise two people, or two attempts, would always answer alike."""
    numbers = range(40)
    variants = {
        "seed": [replace(CALL, seed=number) for number in numbers],
        "account": [replace(CALL, account=f"a{number}") for number in numbers],
        "touch": [replace(CALL, touch=str(number)) for number in numbers],
        "attempt": [replace(CALL, attempt=number) for number in numbers],
    }

    distinct = {
        name: len({str(answer(WEIGHTS, each)) for each in asked})
        for name, asked in variants.items()
    }
    assert all(count > 5 for count in distinct.values()), distinct


def test_answers_come_in_proportion_to_the_weights() -> None:
    """The weights are what one edits; the draw must not bend them."""
    weights = WEIGHTS.call[0].weights
    outcomes = Counter(found.outcome for found in many(CALL) if isinstance(found, Call))

    for code, weight in weights.items():
        expected = 4_000 * weight / sum(weights.values())
        assert outcomes[code] == pytest.approx(expected, abs=5 * expected**0.5)


def test_every_code_can_be_drawn() -> None:
    """A play shows every rule at work, and no weight is dead."""
    mails = {
        found.kind
        for step in ("1.3", "1.5", "1.10")
        for found in many(replace(MAIL, step=step))
        if isinstance(found, Mail)
    }
    calls = {found.outcome for found in many(CALL) if isinstance(found, Call)}
    meetings = {found.outcome for found in many(MEETING) if isinstance(found, Meeting)}

    assert mails == set(EmailAnswer) - {EmailAnswer.SILENT}
    assert calls == set(CallAnswer)
    assert meetings == set(MeetingAnswer)


def test_a_call_brings_what_its_outcome_requires() -> None:
    """A call task does not close without it."""
    for found in many(CALL):
        assert isinstance(found, Call)
        assert (found.assessment is not None) == found.outcome.startswith("joint_")
        assert (found.point is not None) == (found.outcome is CallAnswer.LATER)
        assert (found.meeting is not None) == (found.outcome is CallAnswer.INTERESTED)
        assert (found.callback is not None) == (found.outcome is CallAnswer.SWITCHBOARD)
        assert found.outcome is CallAnswer.REFUSAL or not found.wants_no_more_calls


def test_a_message_brings_what_its_answer_requires() -> None:
    """A reply that asks to come back carries a date; an absence its return."""
    mails = [found for found in many(MAIL) if isinstance(found, Mail)]

    assert mails
    for found in mails:
        assert found.kind is not EmailAnswer.SILENT
        assert found.after > timedelta(0)
        assert (found.point is not None) == (found.kind is EmailAnswer.REPLY_LATER)
        assert (found.meeting is not None) == (found.kind is EmailAnswer.REPLY_MEETING)
        assert (found.away_days is not None) == (found.kind is EmailAnswer.AUTOMATIC_REPLY)


def test_other_channels_stay_silent() -> None:
    """Nobody answers a task, a letter or an invitation in the play."""
    assert answer(WEIGHTS, replace(CALL, channel="social")) == Silent()


def test_a_step_without_a_table_takes_the_last() -> None:
    """Touches added by hand, and steps of other sequences, are answered too."""
    assert isinstance(answer(WEIGHTS, replace(CALL, step="", role="elu")), Call)


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("silent: 84", "silent: -84", "Expected `int` >= 0"),
        ("silent: 84", "quiet: 84", "quiet"),
        ("absence_days: {low: 2", "absence_days: {low: 20", "low to be at most high"),
        ("  - weights: {held_hot", '  - steps: ["1.8"]\n    weights: {held_hot', "last table"),
        ("{held_hot: 60, held: 28, missed: 12}", "{held: 0}", "more than nothing"),
        ("absence_days:", "away_days:", "away_days"),
        ("email:\n", "email: {\n", "valid YAML"),
    ],
)
def test_a_fault_in_the_weights_is_explained(
    tmp_path: Path, before: str, after: str, complaint: str
) -> None:
    """The file is there to be edited."""
    text = ANSWERS.read_text("utf-8")
    assert before in text
    edited = tmp_path / "answers.yaml"
    edited.write_text(text.replace(before, after, 1), encoding="utf-8")

    with pytest.raises(SampleDataError, match=r"answers\.yaml") as caught:
        load_weights(edited)
    assert complaint in str(caught.value)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    """An incomplete installation is said, not guessed at."""
    with pytest.raises(SampleDataError, match=r"nowhere\.yaml, the file, to hold readable"):
        load_weights(tmp_path / "nowhere.yaml")
