"""Campaigns: see them, found one, open it."""

from cyclopts import App

from console.cli.asking import ask, ask_and_show, show_receipt
from console.cli.context import Context
from console.cli.parameters import AtLeastNone, MessageValues, ToldReason
from console.cli.show.pipeline import draw_campaigns
from console.desk.asking import first_of
from console.desk.errors import UsageError
from console.desk.moments import day_of
from console.desk.words import key_of, pairs_of
from console.desk.zones import check_zones
from engine.events import CampaignOpened
from engine.ids import StreamId, StreamKind, stream_id
from engine.plan import PointTerms
from engine.requests import (
    CloseCampaign,
    CreateCampaign,
    OpenCampaign,
    PauseCampaign,
    ResumeCampaign,
)
from engine.rule_ids import RULES
from engine.values import About, SequenceRef
from projections.queries.campaigns import campaigns
from projections.queries.published import ruleset_in_force, sequence_in_force
from sequences.grammar import parse_moment

app = App(name="campaigns")


@app.default
async def show(*, context: Context) -> None:
    """Show the campaigns and how far each has got."""
    found = await (await context.home.views()).ask(campaigns)
    context.terminal.show(found, lambda console: draw_campaigns(console, found))


@app.command
async def create(
    key: str,
    *,
    context: Context,
    title: str,
    sequence: str,
    offer: str,
    start: str,
    domain: str = "",
    cpv: tuple[str, ...] = (),
    digital: bool = False,
    segment: str = "",
    policy: str = "",
    goal: tuple[str, ...] = (),
    accounts_min: AtLeastNone = 0,
    accounts_max: AtLeastNone = 0,
    next_point: str = "",
    value: MessageValues = (),
    zone: str = "",
    tz: str = "Europe/Paris",
) -> None:
    """Found a campaign: its preparation tasks are planned at once.

    Args:
        key: A short id of your own, such as guichet-famille; it never changes.
        title: As people read it.
        sequence: A published sequence.
        offer: What it is about.
        start: Day on which it starts.
        domain: Domain of the offer.
        cpv: A family of CPV codes; may be repeated.
        digital: The offer is digital: the DSI has a say.
        segment: Whom it addresses.
        policy: The public policy it serves.
        goal: A goal: meetings=8, qualified_accounts=20, next_points=80; may be repeated.
        accounts_min: It is meant for at least so many.
        accounts_max: And for at most so many.
        next_point: Default next point: "vote +10 bd|OBJECT|DELIVERABLE".
        zone: School holiday zone of its own work.
        tz: Time zone of its own work.
    """
    published = await context.home.published()
    check_zones(await published.ask(ruleset_in_force), school_zone=zone, time_zone=tz)
    found = await published.ask(sequence_in_force, sequence)
    request = CreateCampaign(
        title=title,
        sequence=SequenceRef(sequence, found.hash if found else ""),
        about=About(offer=offer, domain=domain, cpv_families=cpv, is_digital=digital),
        start_on=day_of(start, name="--start"),
        segment=segment,
        policy=policy,
        goals=_goals(goal),
        accounts_min=accounts_min,
        accounts_max=accounts_max,
        next_point=_terms(next_point),
        values=pairs_of(value, name="--value", example="NAME=VALUE"),
        school_zone=zone,
        time_zone=tz,
    )
    stream = stream_id(StreamKind.CAMPAIGN, key_of(key, name="the campaign"))
    what = f"create campaign {key}"
    await ask_and_show(context, stream, request, what=what)


@app.command(name="open")
async def begin(key: str, *, context: Context) -> None:
    """Let the enrolments of a campaign begin; its preparation tasks must be done.

    Args:
        key: Its id.
    """
    what = f"open campaign {key}"
    decisions = await ask(context, _stream(key), OpenCampaign(), what=what)
    opened = first_of(decisions, CampaignOpened)
    warnings = (
        tuple(f"{RULES[rule].sentence} ({rule})" for rule in opened.warnings) if opened else ()
    )
    show_receipt(context, what, decisions, warnings=warnings)


@app.command
async def pause(key: str, *, context: Context, reason: ToldReason, until: str = "") -> None:
    """Let all of a campaign stand still: nothing goes out, and tasks wait.

    Args:
        key: Its id.
        until: Day on which it ends by itself.
    """
    day = day_of(until, name="--until") if until else None
    what = f"pause campaign {key}"
    decisions = await ask(context, _stream(key), PauseCampaign(reason=reason, until=day), what=what)
    show_receipt(context, what, decisions, undo=f"relance campaigns resume {key}")


@app.command
async def resume(key: str, *, context: Context) -> None:
    """Let a campaign go on, later by the business days it stood still.

    Args:
        key: Its id.
    """
    await ask_and_show(context, _stream(key), ResumeCampaign(), what=f"resume campaign {key}")


@app.command
async def close(key: str, *, context: Context, reason: ToldReason) -> None:
    """End a campaign and its enrolments; accounts without a next point get its default one.

    Args:
        key: Its id.
    """
    what = f"close campaign {key}"
    await ask_and_show(context, _stream(key), CloseCampaign(reason=reason), what=what)


def _stream(key: str) -> StreamId:
    return stream_id(StreamKind.CAMPAIGN, key_of(key, name="the campaign"))


def _goals(typed: tuple[str, ...]) -> dict[str, int]:
    goals = {}
    for name, text in pairs_of(typed, name="--goal", example="meetings=8").items():
        if not text.isdigit():
            raise UsageError("--goal", "be a whole number", f"{name}={text}")
        goals[name] = int(text)
    return goals


def _terms(text: str) -> PointTerms | None:
    """Return the default next point that `vote +10 bd|OBJECT|DELIVERABLE` says."""
    if not text:
        return None
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != len(("moment", "object", "deliverable")) or not all(parts):
        rule = "look like 'vote +10 bd|OBJECT|DELIVERABLE'"
        raise UsageError("--next-point", rule, text)
    anchor, offset = parse_moment(parts[0])
    return PointTerms(offset, anchor, parts[1], parts[2])
