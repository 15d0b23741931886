"""Sequences: check files, show their dates, publish them."""

from datetime import date
from pathlib import Path

from cyclopts import App

from console.cli.context import Context
from console.cli.exits import Exit
from console.desk.errors import UsageError
from console.desk.moments import day_of, meeting_of
from console.desk.words import pairs_of
from engine.plan import Sequence

app = App(name="sequences")


@app.command
def check(*paths: str, context: Context) -> Exit:
    """Report every fault of sequence files at once; exit code 2 if there is one.

    Args:
        paths: Files, folders, or names of the library.
    """
    from console.cli.show.sequences import draw_findings
    from sequences.catalogue import find_sequence, library_names
    from sequences.check import check as find_faults

    if not paths:
        known = ", ".join(library_names())
        raise UsageError(
            "sequences check", "be told which file", remedy=f"the library holds {known}"
        )
    wanted = [find_sequence(name) for name in paths]
    with context.terminal.busy("checking"):
        findings = find_faults(wanted)
    document = {"files": wanted, "finding_count": len(findings), "findings": findings}
    context.terminal.show(
        document, lambda console: draw_findings(console, findings, file_count=len(wanted))
    )
    return Exit.BAD_INPUT if findings else Exit.DONE


@app.command
def calendar(
    name: str,
    *,
    context: Context,
    start: str = "",
    entry: str = "",
    zone: str = "",
    vote: str = "",
    meeting_accepted: str = "",
    meeting: str = "",
    contract_end: str = "",
    event: list[str] | None = None,
    campaign: bool = False,
    tz: str = "Europe/Paris",
    subdivision: str = "",
    kind: str = "",
    ruleset: Path | None = None,
) -> None:
    """Show the dates of a sequence for one case; needs no running Relance.

    Args:
        name: A sequence of the library, or the path of any sequence file.
        start: Day on which the campaign starts.
        entry: Day on which the account enters.
        zone: School holiday zone: A, B or C; none for an account without a zone.
        vote: Day of the budget vote, observed that day.
        meeting_accepted: Day on which a meeting was accepted.
        meeting: Day of that meeting, or an hour of it.
        contract_end: Day on which a contract ends.
        event: Day of a workspace event, `salon=2027-11-16`; may be repeated.
        campaign: The campaign's own work, and nothing else.
        tz: Time zone of the people.
        subdivision: Code of a département, for its public holidays.
        kind: Such as commune: in which years its budget is voted later.
        ruleset: A ruleset file; by default the French one that comes with Relance.
    """
    from console.cli.show.sequences import draw_calendar
    from sequences.calendar import calendar as dates
    from sequences.calendar_case import Case
    from sequences.rulesets import FRENCH, load_ruleset

    events = pairs_of(event or (), name="--event", example="salon=2027-11-16")
    case = Case(
        start_on=_day(start, "--start"),
        entry_on=_day(entry, "--entry"),
        zone=zone,
        vote_on=_day(vote, "--vote"),
        meeting_accepted_on=_day(meeting_accepted, "--meeting-accepted"),
        meeting=meeting_of(meeting, name="--meeting") if meeting else None,
        contract_end_on=_day(contract_end, "--contract-end"),
        events={key: day_of(day, name="--event") for key, day in events.items()},
        is_campaign=campaign,
        time_zone=tz,
        subdivision=subdivision,
        account_kind=kind,
    )
    sequence = _readable(name)
    with context.terminal.busy("reading the calendars"):
        rows = dates(sequence, load_ruleset(ruleset or FRENCH), case=case)
    context.terminal.show(rows, lambda console: draw_calendar(console, sequence, rows))


@app.command
async def publish(name: str, *, context: Context) -> Exit:
    """Publish a sequence under the hash of its content; faults and drafts are not published.

    Args:
        name: A sequence of the library, or the path of a sequence file.
    """
    from console.cli.asking import ask_and_show
    from console.cli.show.sequences import draw_findings
    from engine.ids import WORKSPACE
    from engine.requests import PublishSequence
    from sequences.catalogue import find_sequence
    from sequences.hashing import sequence_hash
    from sequences.load import load

    file = find_sequence(name)
    loaded = load(file)
    if loaded.sequence is None or loaded.findings:
        findings = loaded.findings
        document = {"files": [file], "finding_count": len(findings), "findings": findings}
        context.terminal.show(
            document, lambda console: draw_findings(console, findings, file_count=1)
        )
        return Exit.BAD_INPUT
    digest = sequence_hash(loaded.sequence)
    what = f"publish {loaded.sequence.name} as {digest}"
    request = PublishSequence(hash=digest, sequence=loaded.sequence)
    await ask_and_show(context, WORKSPACE, request, what=what)
    return Exit.DONE


def _day(text: str, name: str) -> date | None:
    return day_of(text, name=name) if text else None


def _readable(name: str) -> Sequence:
    from sequences.catalogue import find_sequence, library_names
    from sequences.load import load

    loaded = load(find_sequence(name))
    if loaded.sequence is None:
        known = ", ".join(library_names())
        first = f"{loaded.findings[0]}" if loaded.findings else "nothing readable"
        remedy = f"`relance sequences check {name}` lists all; the library holds {known}"
        raise UsageError("the sequence", "be readable", first, remedy=remedy)
    return loaded.sequence
