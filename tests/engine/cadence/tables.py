"""The steps of the four French sequences, as their tables set them, without texts."""

from datetime import date

from msgspec.structs import replace

from engine.plan import (
    Anchor,
    AnchorKind,
    Fill,
    Gap,
    GapScope,
    Landing,
    Offset,
    Phase,
    Role,
    Sequence,
    Step,
    StepKind,
    Unit,
)
from engine.values import Channel

START = Anchor(AnchorKind.START)
ENTRY = Anchor(AnchorKind.ENTRY)
VOTE = Anchor(AnchorKind.VOTE)
MEETING = Anchor(AnchorKind.MEETING)
CONTRACT_END = Anchor(AnchorKind.CONTRACT_END)
AFTER_SUMMER = Anchor(AnchorKind.AFTER_SUMMER)
SECOND_TUESDAY_OF_JUNE = Anchor(AnchorKind.NTH_WEEKDAY, nth=2, weekday=2, month=6)
FIRST_TUESDAY_OF_OCTOBER = Anchor(AnchorKind.NTH_WEEKDAY, nth=1, weekday=2, month=10)
FAIR = Anchor(AnchorKind.EVENT, event="salon")

ENGAGED = Phase.ENGAGED
EMAIL, CALL, MEET, SOCIAL = Channel.EMAIL, Channel.CALL, Channel.MEETING, Channel.SOCIAL
REQUIRED = ("responsable_service", "decideur", "interlocuteur", "achats")


def contact(
    name: str, channel: Channel, roles: str, offset: str, anchor: Anchor = START, **more: object
) -> Step:
    """Return a contact; roles are `a | b` (the first filled) or `a, b` (each)."""
    names = roles.replace("|", ",").replace(" ", "").split(",")
    fields: dict[str, object] = {
        "kind": StepKind.CONTACT,
        "window": channel.value if channel in (EMAIL, CALL) else "day",
        "fill": Fill.EACH if "," in roles else Fill.FIRST,
        "roles": tuple(Role(each, is_required=each in REQUIRED) for each in names),
    }
    return _step(name, channel, offset, anchor, fields | more)


def work(name: str, channel: Channel, offset: str, anchor: Anchor = START, **more: object) -> Step:
    """Return a piece of work."""
    return _step(name, channel, offset, anchor, {"kind": StepKind.WORK, "window": "day"} | more)


def agreed(name: str, anchor: Anchor, **more: object) -> Step:
    """Return a meeting at an agreed date."""
    fields = {
        "kind": StepKind.CONTACT,
        "landing": Landing.SAME_TIME,
        "window": "agreed",
    }
    return _step(name, MEET, "+0 d", anchor, fields | more)


def _step(
    name: str, channel: Channel, offset: str, anchor: Anchor, fields: dict[str, object]
) -> Step:
    count, unit = offset.split()
    given = {
        "id": name,
        "channel": channel,
        "aim": "as its table says",
        "offset": Offset(int(count), Unit(unit)),
        "anchor": anchor,
    }
    return Step(**(given | fields))  # type: ignore[arg-type]  # a table states what differs


def _avoiding(*steps: Step) -> tuple[Step, ...]:
    """Let every contact that is not agreed avoid holidays."""
    return tuple(
        replace(step, avoids_holidays=True)
        if step.kind is StepKind.CONTACT and step.window != "agreed"
        else step
        for step in steps
    )


COLLECTIVITE = Sequence(
    name="collectivite-prise-de-contact-30j",
    title="Prise de contact",
    sequence_class="prospecting",
    gap=Gap(2, Unit.BUSINESS_DAY, GapScope.PERSON),
    steps=_avoiding(
        work("1.1", Channel.TASK, "+0 d", is_campaign_work=True),
        work("1.2", Channel.TASK, "+3 d", is_campaign_work=True),
        contact("1.3", EMAIL, "responsable_service", "+8 d"),
        contact("1.4", CALL, "responsable_service", "+10 d"),
        contact("1.5", EMAIL, "dgs | dga", "+11 d"),
        contact("1.6", CALL, "responsable_service", "+15 d"),
        contact("1.7", EMAIL, "dsi", "+16 d"),
        agreed("1.8", MEETING, phase=ENGAGED, fill=Fill.REPLIED),
        contact("1.9", SOCIAL, "responsable_service", "+18 d"),
        contact("1.10", EMAIL, "responsable_service", "+22 d"),
        contact("1.10", EMAIL, "dgs | dga", "+28 d"),
        contact("1.10", EMAIL, "dsi", "+30 d"),
        contact("1.11", EMAIL, "daf", "+23 d", phase=ENGAGED),
        contact("1.12", CALL, "responsable_service", "+24 d"),
        work("1.13", Channel.DELIVERABLE, "+25 d", phase=ENGAGED),
        contact("1.14", EMAIL, "responsable_service", "+29 d"),
    ),
)

SAAS = Sequence(
    name="saas-b2b-deux-semaines",
    title="Deux semaines",
    sequence_class="prospecting",
    gap=Gap(1, Unit.BUSINESS_DAY, GapScope.PERSON),
    steps=(
        contact("2.1", CALL, "decideur", "+0 bd", window="call_am", group="premier"),
        contact("2.2", EMAIL, "decideur", "+0 bd", window="email_pm", group="premier"),
        contact("2.3", EMAIL, "decideur", "+2 bd"),
        contact("2.4", CALL, "decideur", "+4 bd"),
        contact("2.5", EMAIL, "decideur", "+5 bd"),
        contact("2.6", CALL, "decideur", "+7 bd", window="call_other"),
        contact("2.7", CALL, "decideur", "+9 bd", window="call_am", group="dernier"),
        contact("2.8", EMAIL, "decideur", "+9 bd", window="email_pm", group="dernier"),
        contact(
            "2.7p", CALL, "decideur", "-1 bd", MEETING,
            phase=ENGAGED, landing=Landing.ASAP, group="veille",
        ),
        contact(
            "2.8p", EMAIL, "decideur", "-1 bd", MEETING,
            phase=ENGAGED, landing=Landing.ASAP, window="email_pm", group="veille",
        ),
    ),
)  # fmt: skip

NURTURING = Sequence(
    name="nurturing-collectivite-12m",
    title="Douze mois",
    sequence_class="nurturing",
    gap=Gap(21, Unit.DAY, GapScope.ENROLMENT),
    events={"salon": date(2027, 11, 16)},
    steps=_avoiding(
        contact("3.1", EMAIL, "interlocuteur", "+10 bd", ENTRY),
        contact("3.2", EMAIL, "interlocuteur", "-10 w", VOTE),
        contact("3.3", CALL, "interlocuteur", "-30 d", VOTE),
        contact("3.4a", CALL, "interlocuteur", "+10 bd", VOTE, window="call_am", group="vote"),
        contact("3.4b", EMAIL, "interlocuteur", "+10 bd", VOTE, window="email_pm", group="vote"),
        contact("3.5", EMAIL, "interlocuteur", "+0 d", SECOND_TUESDAY_OF_JUNE),
        contact("3.6", EMAIL, "interlocuteur", "+0 d", AFTER_SUMMER),
        contact("3.7", CALL, "interlocuteur", "+0 d", FIRST_TUESDAY_OF_OCTOBER),
        agreed("3.8", FAIR, fill=Fill.FIRST, roles=(Role("interlocuteur", is_required=True),)),
        contact("3.9", EMAIL, "interlocuteur", "+12 m", ENTRY),
    ),
)

RADAR = Sequence(
    name="radar-renouvellement",
    title="Radar",
    sequence_class="renewal",
    gap=Gap(10, Unit.BUSINESS_DAY, GapScope.ENROLMENT),
    steps=_avoiding(
        work("4.1", Channel.TASK, "-12 m", CONTRACT_END),
        contact("4.2", EMAIL, "responsable_service", "+5 bd", Anchor(AnchorKind.STEP, step="4.1")),
        contact("4.3", CALL, "responsable_service", "-11 m", CONTRACT_END),
        contact("4.4", EMAIL, "achats", "-10 m", CONTRACT_END),
        contact("4.5", CALL, "responsable_service, dsi", "-9 m", CONTRACT_END),
        contact("4.6", EMAIL, "responsable_service, dsi", "-8 m", CONTRACT_END),
        contact("4.7", CALL, "achats, daf", "-7 m", CONTRACT_END),
        contact("4.8", EMAIL, "responsable_service, achats, dsi, daf", "-6 m", CONTRACT_END),
    ),
)

SEQUENCES = {each.name: each for each in (COLLECTIVITE, SAAS, NURTURING, RADAR)}
