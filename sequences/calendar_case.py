"""What a calendar is asked for, and what such a question must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import InvalidValueError
from engine.plan import AnchorKind, Sequence
from engine.ruleset import Locality, Ruleset

ENTRY_BEFORE_END = timedelta(days=366)
"""How long before a contract's end an entry is taken to be, where nothing says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a calendar is asked for; what is left out is unknown."""

    start_on: date | None = None
    entry_on: date | None = None
    zone: str = ""  # of school holidays; else that of the subdivision
    vote_on: date | None = None  # observed that day
    meeting_accepted_on: date | None = None
    meeting: date | datetime | None = None  # a day, or an hour of it on the local wall clock
    contract_end_on: date | None = None
    events: Mapping[str, date] = field(default_factory=dict)  # besides those of the sequence
    is_campaign: bool = False  # the campaign's own work, and nothing else
    time_zone: str = ""  # IANA; else that of the subdivision, else that of the ruleset
    subdivision: str = ""  # code of a département
    account_kind: str = ""  # whose assembly is renewed in which years

    @property
    def started_on(self) -> date:
        """Return the start, or what stands for it."""
        return self.start_on or self.entered_on

    @property
    def entered_on(self) -> date:
        """Return the entry, or what stands for it: the start, a year before the end."""
        given = self.entry_on or self.start_on
        if given is not None:
            return given
        if self.contract_end_on is not None:
            return self.contract_end_on - ENTRY_BEFORE_END
        rule = "be given: a start, an entry or a contract end"
        raise InvalidValueError(_ORIGIN, rule, "none")


_ORIGIN = "the day a calendar is counted from"
_MEETING = "a meeting"
_CONTRACT_END = "a contract end"
_START = "a start or an entry"
_ZONE, _TIME_ZONE, _SUBDIVISION = "zone", "tz", "subdivision"
_NONE = "none"
_COUNTED_FROM_START = (AnchorKind.START, AnchorKind.ENTRY)


def checked(case: Case, sequence: Sequence) -> Case:
    """Return a case that can be worked out.

    Raises:
        InvalidValueError: It lacks what steps of `sequence` are counted from, or says only
            half of a meeting.
    """
    kinds = {step.anchor.kind for step in sequence.steps}
    has_origin = case.start_on is not None or case.entry_on is not None
    if not kinds.isdisjoint(_COUNTED_FROM_START) and not has_origin:
        raise InvalidValueError(_START, "be given: steps are counted from it", _NONE)
    if AnchorKind.CONTRACT_END in kinds and case.contract_end_on is None:
        raise InvalidValueError(_CONTRACT_END, "be given: steps are counted from it", _NONE)
    if (case.meeting is None) is not (case.meeting_accepted_on is None):
        rule = "come with the day on which it was accepted"
        raise InvalidValueError(_MEETING, rule, case.meeting or case.meeting_accepted_on)
    return replace(case, events={**sequence.events, **case.events})


def locality_of(case: Case, ruleset: Ruleset) -> Locality:
    """Return where the case takes place.

    Raises:
        InvalidValueError: A zone, time zone or subdivision that the ruleset or the time
            zone data do not know.
    """
    known = ", ".join(sorted(ruleset.school_holidays.zones))
    if case.zone and case.zone not in ruleset.school_holidays.zones:
        raise InvalidValueError(_ZONE, f"be one of {known}", case.zone)
    local = ruleset.locality(case.subdivision)
    if local is None:
        if case.subdivision:
            raise InvalidValueError(_SUBDIVISION, "be the code of a département", case.subdivision)
        local = Locality(ruleset.time_zone)
    time_zone = case.time_zone or local.time_zone
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        rule = "be a time zone such as Europe/Paris"
        raise InvalidValueError(_TIME_ZONE, rule, time_zone) from error
    return Locality(time_zone, case.zone or local.school_zone, local.holiday_area)
