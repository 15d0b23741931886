"""Write the reference scenario: who sits in each account, and how each one answers.

    .venv/bin/python -m tools.make_scenario

No chance: what an account answers follows from its place among those with the same ending.
`tests/journeys/reference_scenario.md` explains the columns.
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import accumulate
from pathlib import Path

from tools.cast import NIORT, Seat, order_of, seats

SCENARIO = Path(__file__).parent.parent / "tests/journeys/reference_scenario.csv"
COLUMNS = (
    "account_key",
    "ending",
    "roles",
    "email_1_3",
    "call_1_4",
    "email_1_5",
    "call_1_6",
    "email_1_7",
    "email_1_10_service",
    "call_1_12",
    "email_1_10_dgs",
    "email_1_10_dsi",
    "meeting_at",
    "is_hot",
    "milestone_on",
    "milestone_object",
    "milestone_deliverable",
    "elected_asked_on",
    "elected_touch_on",
    "elected_expected",
)
Cells = dict[str, str]

CALLS = ("call_1_4", "call_1_6", "call_1_12")
# Three calls that reach nobody; a message on the machine is left once, and the switchboard
# costs a second attempt the same day, after which the third call is not made.
UNREACHED = (
    ("absent", "repondeur", "absent"),
    ("repondeur", "absent", "absent"),
    ("standard@15:00 absent", "repondeur", "absent"),
    ("absent", "standard@16:15 absent", "repondeur"),
    ("absent", "absent", "repondeur"),
    ("repondeur", "standard@11:00 absent", "absent"),
)
# The interviews, Thursday 28 January to Tuesday 2 February 2027, on the wall clock there.
MEETINGS = (
    "2027-01-29T10:00",
    "2027-01-28T10:00",
    "2027-01-28T14:30",
    "2027-01-28T16:00",
    "2027-01-29T14:30",
    "2027-02-01T10:00",
    "2027-02-01T14:30",
    "2027-02-02T10:00",
    "2027-02-02T14:30",
)
HOT_COUNT = 7
TRIES_MAX = 3  # the cap of the sequence
LATER_AT = ["call_1_4"] * 6 + ["call_1_6"] * 8 + ["call_1_12"] * 8
REPLY_AT = ["email_1_3"] * 3 + ["email_1_10_service"] * 3

# Beside the silence of their service head, what a direction or an IT head answers, in turn.
DGS_ANSWERS = (
    ("email_1_5", "refusal"),
    ("email_1_5", "objection"),
    ("email_1_5", "bounce"),
    ("email_1_5", "absence:2027-01-29"),
    ("email_1_5", "absence:2027-02-10"),
    ("email_1_10_dgs", "refusal"),
    ("email_1_5", "refusal"),
    ("email_1_5", "bounce"),
    ("email_1_5", "absence:2027-02-05"),
    ("email_1_10_dgs", "objection"),
)
DSI_ANSWERS = (
    ("email_1_7", "refusal"),
    ("email_1_7", "objection"),
    ("email_1_7", "bounce"),
    ("email_1_7", "absence:2027-02-03"),
    ("email_1_7", "absence:2027-02-12"),
    ("email_1_10_dsi", "objection"),
)

DIRECTIONS = frozenset({"dgs", "dga"})
COMPUTING = frozenset({"dsi"})

# Day asked, day wanted.  After the interview of 28/01, and before 1.11 ends the enrolment.
ELECTED_AFTER_INTERVIEW = ("2027-01-29", "2027-02-05")
# Before any exchange with the service head.
ELECTED_TOO_EARLY = (("2027-01-20", "2027-01-25"), ("2027-02-03", "2027-02-05"))

# After the last planned contact, on working days without a holiday anywhere in France.
MILESTONES = (
    ("2027-03-16", "point après une réunion interne", "retour d'expérience de quatre pages"),
    ("2027-03-23", "préparation du budget", "estimatif sur trois ans"),
    ("2027-04-29", "point après le vote du budget", "estimatif sur trois ans"),
    ("2027-05-04", "point après le vote du budget", "comparaison de deux scénarios"),
    ("2027-05-11", "atelier avec un autre service", "ordre du jour et participants"),
    ("2027-06-08", "décision modificative", "note de deux pages"),
    ("2027-09-14", "préparation du prochain exercice", "estimatif sur trois ans"),
    ("2027-10-05", "préparation du prochain exercice", "comparaison de deux scénarios"),
)


def main() -> None:
    """Write `tests/journeys/reference_scenario.csv`."""
    SCENARIO.write_text(scenario_text(), encoding="utf-8")


def scenario_text() -> str:
    """Return the CSV, one row per account, in the order of their keys."""
    cast = seats()
    rows = [
        *_interviews([seat for seat in cast if seat.ending == "interview"]),
        *_laters([seat for seat in cast if seat.ending == "later"]),
        *_replies([seat for seat in cast if seat.ending == "reply"]),
        *_silences([seat for seat in cast if seat.ending == "silent"]),
    ]
    file = StringIO()
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["account_key"]))
    return file.getvalue()


def _interviews(cast: Sequence[Seat]) -> Iterator[Cells]:
    """Niort comes first, as in the dates of the example; then who is asked for an élu."""
    ordered = sorted(
        cast,
        key=lambda seat: (seat.account_key != NIORT, "elu" not in seat.roles, seat.account_key),
    )
    for index, (seat, meeting_at) in enumerate(zip(ordered, MEETINGS, strict=True)):
        cells = _row(seat) | _calls(index, before="call_1_6") | _milestone(index)
        cells |= {"call_1_6": "joint_interesse", "meeting_at": meeting_at}
        cells["is_hot"] = "true" if index < HOT_COUNT else "false"
        if "elu" in seat.roles:
            cells |= _elected(*ELECTED_AFTER_INTERVIEW, "accepted")
        yield cells


def _laters(cast: Sequence[Seat]) -> Iterator[Cells]:
    for index, (seat, column) in enumerate(zip(_shuffled(cast), LATER_AT, strict=True)):
        yield (
            _row(seat)
            | _calls(index, before=column)
            | _milestone(index)
            | {column: "joint_plus_tard"}
        )


def _replies(cast: Sequence[Seat]) -> Iterator[Cells]:
    for index, (seat, column) in enumerate(zip(_shuffled(cast), REPLY_AT, strict=True)):
        before = "call_1_4" if column == "email_1_3" else "call_1_12"
        yield _row(seat) | _calls(index, before=before) | _milestone(index) | {column: "reply"}


def _silences(cast: Sequence[Seat]) -> Iterator[Cells]:
    answers = {DIRECTIONS: iter(DGS_ANSWERS), COMPUTING: iter(DSI_ANSWERS)}
    too_early = iter(ELECTED_TOO_EARLY)
    for index, seat in enumerate(_shuffled(cast)):
        cells = _row(seat) | _calls(index, before="")
        others = frozenset(seat.roles[1:])
        given = (next(answers[roles], None) for roles in answers if others <= roles)
        cells |= dict(answer for answer in given if answer)
        if "elu" in others and (request := next(too_early, None)):
            cells |= _elected(*request, "refused")
        yield cells


def _row(seat: Seat) -> Cells:
    roles = " ".join(seat.roles)
    return {"account_key": seat.account_key, "ending": seat.ending, "roles": roles}


def _calls(index: int, *, before: str) -> Cells:
    """Return the calls that reach nobody, up to the one that does; all three where none does.

    Each try counts in the cap of three, one that a switchboard answered too: after it, the
    third call is not made.
    """
    count = CALLS.index(before) if before else len(CALLS)
    answers = list(UNREACHED[index % len(UNREACHED)])
    if before == CALLS[-1]:
        answers = ["absent" if "standard" in answer else answer for answer in answers]
    tried = accumulate(map(_tries, answers))
    return {
        call: answer
        for call, answer, tries in zip(CALLS[:count], answers, tried, strict=False)
        if tries <= TRIES_MAX
    }


def _tries(answer: str) -> int:
    """Return how often a number is dialled for an answer: `standard@15:00 absent` is two."""
    return len(answer.split())


def _milestone(index: int) -> Cells:
    names = ("milestone_on", "milestone_object", "milestone_deliverable")
    return dict(zip(names, MILESTONES[index % len(MILESTONES)], strict=True))


def _elected(asked_on: str, touch_on: str, expected: str) -> Cells:
    return {
        "elected_asked_on": asked_on,
        "elected_touch_on": touch_on,
        "elected_expected": expected,
    }


def _shuffled(cast: Sequence[Seat]) -> list[Seat]:
    return sorted(cast, key=lambda seat: order_of(f"scenario {seat.account_key}"))


if __name__ == "__main__":
    main()
