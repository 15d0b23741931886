"""Write docs/vocabulary.md: the words, and one line for each name that is stored.

The lines are the first sentences of the docstrings, so that code and page cannot differ.
Run as `python -m tools.make_vocabulary`.
"""

import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from engine import decision, events, requests
from engine.account.calls import EFFECTS
from engine.account.tasks import OUTCOMES, PLAIN_OUTCOMES
from engine.requests import wire_name

PAGE = Path(__file__).parents[1] / "docs/vocabulary.md"

WORDS = {
    "account": "the organisation as we know it, with its people, enrolments, touches and tasks",
    "person, position": "a human we may contact; his or her place in an account",
    "contact point": "an address or a number, known by its keyed hash (*tag*)",
    "sequence, step": "a published, immutable plan; one planned contact, piece of work or control",
    "campaign": "a batch of enrolments with one purpose, its own preparation and its gate",
    "enrolment": "one account going through one sequence with its participants, about one offer",
    "participant": "the person who holds a role in an enrolment",
    "phase": "which steps of an enrolment run: `outreach`, or `engaged` once somebody answered",
    "touch, attempt": (
        "a planned contact; one try to carry it out: each counts in caps, a call that a "
        "switchboard answered too"
    ),
    "slot": "where a touch landed: what was asked, every move with its rule, the result",
    "input: command, report": "what is asked, or what was seen; it may be refused",
    "request": "what an input carries",
    "decision": "what one input caused: its outcome, and what it was decided under",
    "event": "a fact in the past tense",
    "rule": "the stable id of what produced an event or a refusal, such as `exit.reply`: "
    "[each with its meaning](rules.md)",
    "hold": "a stated reason why touches wait; a touch runs iff none covers it",
    "cool-down": "a time in which an account or a person is left alone",
    "milestone, next point": "a dated point: when, about what, bringing what",
    "sender identity": "from whom an attempt goes out, with its own caps: for e-mail, a mailbox",
    "grant": "the gate's leave to attempt a touch, counted under caps no account can see",
    "parcel, carrier": "what one attempt hands to the world; who hands it over, for one channel",
    "partition owner, epoch": "the process that decides for a partition, and its fencing number",
    "ruleset": "the workspace's versioned rules: calendars, windows, caps, cool-downs",
    "view": "a pure fold of decisions and the tables it fills: what people look at",
    "intake, submission": "one way in, of one actor: where what is asked is sealed and stamped; "
    "a request with its stream, and the id a retry keeps",
    "touch ports": "what partition owners ask of gate, dispatcher and suppression",
    "consequences": "what valid decisions ask of the touch ports, and whom they answer",
    "cursor, cut": "how far a reader has got in a partition; a vector of positions over all",
    "home": "the folder in which one Relance lives; an entrance opens the parts it needs of it",
    "entrance, desk": "a way in for people or programs; what every one of them needs",
    "session": "one command or request: who asks, through which entrance, of which home",
    "command context": "what a command is handed: its session, the terminal, the settings",
    "receipt": "what a command caused, decision by decision, and how to take it back",
}

STREAMS = {
    "account": (requests.AccountRequest, events.AccountEvent),
    "campaign": (requests.CampaignRequest, events.CampaignEvent),
    "contact point": (requests.ContactPointRequest, events.ContactPointEvent),
    "person": (requests.PersonRequest, events.PersonEvent),
    "workspace": (requests.WorkspaceRequest, events.WorkspaceEvent),
}


def page() -> str:
    """Return the whole page."""
    parts = [
        "# What do the words mean?",
        "",
        "One concept has one word, in code, tables, logs and pages.",
        "This page is written by `tools/make_vocabulary.py` from the docstrings: change those.",
        "",
        "## Words",
        "",
        *_table(("word", "meaning"), WORDS.items()),
        *_values(),
    ]
    for stream, (asked, caused) in STREAMS.items():
        parts += ["", f"## Requests of the {stream}", ""]
        parts += _table(("request", "wire name", "meaning"), _classes(get_args(asked)))
        parts += ["", f"## Events of the {stream}", ""]
        parts += _table(("event", "wire name", "meaning"), _classes(get_args(caused)))
    return "\n".join([*parts, *_outcomes()]) + "\n"


def sentence_of(thing: object) -> str:
    """Return the first line of a docstring, without its full stop."""
    return (inspect.getdoc(thing) or "").split("\n", 1)[0].removesuffix(".")


def _values() -> list[str]:
    values = (requests.Attributes, requests.Mailbox)
    rows = [(f"`{value.__name__}`", sentence_of(value)) for value in values]
    return ["", "## Values that requests carry", "", *_table(("value", "meaning"), rows)]


def _classes(kinds: Iterable[type]) -> list[tuple[str, ...]]:
    return [
        (f"`{kind.__name__}`", f"`{wire_name(kind.__name__)}`", sentence_of(kind)) for kind in kinds
    ]


def _outcomes() -> list[str]:
    kinds = get_args(decision.Outcome)
    ends = {**OUTCOMES, "any other": PLAIN_OUTCOMES}
    tasks = [
        (f"`{kind}`", ", ".join(f"`{word}`" for word in words)) for kind, words in ends.items()
    ]
    return [
        *("", "## Outcomes of an input", ""),
        *_table(("outcome", "meaning"), ((f"`{k.__name__}`", sentence_of(k)) for k in kinds)),
        *("", "## Outcomes of a task", ""),
        *_table(("task", "outcomes"), tasks),
        *("", "## Outcomes of a call", ""),
        *_table(
            ("outcome", "what it requires and causes"),
            ((f"`{word}`", effect) for word, effect in EFFECTS.items()),
        ),
    ]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
