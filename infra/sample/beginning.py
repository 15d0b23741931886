"""When the sample's past begins, so that its plan has come far enough by now."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.cadence import Anchors, LayoutTerms, TouchDraft, expand, lay_out
from engine.plan import Phase
from engine.plan import Sequence as Plan
from engine.ruleset import Locality, Ruleset
from infra.sample.errors import SampleRefusedError
from infra.sample.filling import Sample

LAST_STEP = "1.12"
"""The third call: due by now in every account of the campaign."""

WEEKS_BACK_MAX = 60


def beginning(sample: Sample, now: datetime) -> date:
    """Return the latest Monday from which the third call is due by `now` in every account.

    Args:
        sample: Its campaign's people and accounts decide.
        now: Aware instant at which the play shall arrive.

    Raises:
        SampleRefusedError: No Monday of the last 60 weeks does; the calendars of the
            ruleset do not reach there.
    """
    casts = {
        (
            _locality(sample, account.departement, account.school_zone or ""),
            tuple(sample.participants(account.key)),
        )
        for account in sample.members
    }
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    for weeks in range(WEEKS_BACK_MAX):
        start_on = monday - timedelta(weeks=weeks)
        if all(
            _third_call_at(sample.plan, sample.ruleset, locality, roles, start_on) <= now
            for locality, roles in casts
        ):
            return start_on
    raise SampleRefusedError(now.isoformat(), "sample.no_beginning")


def starts_at(start_on: date) -> datetime:
    """Return the instant at which the team of the sample begins its work."""
    return datetime.combine(start_on, time(8), ZoneInfo("Europe/Paris"))


def _locality(sample: Sample, departement: str, school_zone: str) -> Locality:
    found = sample.ruleset.locality(departement)
    if found is None:
        raise SampleRefusedError(departement, "sample.unknown_departement")
    return Locality(found.time_zone, school_zone, found.holiday_area)


def _third_call_at(
    plan: Plan, ruleset: Ruleset, locality: Locality, roles: tuple[str, ...], start_on: date
) -> datetime:
    entry_at = starts_at(start_on)
    drafts: tuple[TouchDraft, ...] = expand(
        plan, {role: role for role in roles}, phase=Phase.OUTREACH, replied=()
    )
    placements = lay_out(
        [draft for draft in drafts if not draft.step.is_campaign_work],
        anchors=Anchors(start_on=start_on, entry_at=entry_at),
        fixed_contacts=(),
        terms=LayoutTerms(enrolment=1, locality=locality, gap=plan.gap, now_at=entry_at),
        ruleset=ruleset,
    )
    for placement in placements:
        if placement.draft.step.id == LAST_STEP and placement.slot is not None:
            return placement.slot.due_at
    raise SampleRefusedError(LAST_STEP, "sample.no_third_call")
