"""The contacts that stand while touches are placed, and the distance kept from them.

Only contacts are here: work counts in no gap and no cap.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from engine.cadence.calendars import DAY, Calendars
from engine.cadence.days import SEARCH_DAYS
from engine.cadence.touches import FixedContact, LayoutTerms, TouchDraft
from engine.cadence.units import add
from engine.plan import GapScope, Offset
from engine.rule_ids import RuleId
from engine.values import Channel, Move

GAP_RULES = {GapScope.PERSON: RuleId.GAP_PERSON, GapScope.ENROLMENT: RuleId.GAP_ENROLMENT}


class Addressee(Struct, frozen=True, gc=False, kw_only=True):
    """Whom a contact addresses, as far as gaps and caps look at it."""

    person: str
    enrolment: int
    group: str = ""
    follower: int = 0

    def shares_group(self, contact: FixedContact) -> bool:
        """Say whether a contact counts as one with this one."""
        return (
            bool(self.group)
            and contact.group == self.group
            and contact.enrolment == self.enrolment
            and person_key(contact.person, contact.role) == self.person
        )


def addressee_of(draft: TouchDraft, terms: LayoutTerms) -> Addressee:
    """Return whom a touch addresses."""
    return Addressee(
        person=person_key(draft.person, draft.role),
        enrolment=terms.enrolment,
        group=draft.step.group,
        follower=draft.follower,
    )


def person_key(person: str, role: str) -> str:
    """Return what tells people apart; a role nobody fills yet is a person of its own."""
    return person or f"role {role}"


class Board:
    """The contacts that stand, growing as touches are placed."""

    def __init__(
        self, fixed_contacts: Iterable[FixedContact], *, terms: LayoutTerms, calendars: Calendars
    ) -> None:
        self._terms = terms
        self._calendars = calendars
        self._contacts = list(fixed_contacts)
        self._people: dict[date, set[str]] = {}
        for contact in self._contacts:
            self._note(contact)

    def add(self, contact: FixedContact) -> None:
        """Let another contact stand."""
        self._contacts.append(contact)
        self._note(contact)

    def refusal(self, day: date, addressee: Addressee) -> Move | None:
        """Return what refuses a contact on `day`, the gap first, and where it leads."""
        free_on = self._gap_free_on(day, addressee)
        if free_on != day:
            return Move(GAP_RULES[self._terms.gap.scope], free_on)
        free_on = self._cap_free_on(day, addressee.person)
        return None if free_on == day else Move(RuleId.CAP_ONE_PERSON_A_DAY, free_on)

    def group_on(self, addressee: Addressee) -> date | None:
        """Return the latest day on which a contact of the same group stands."""
        days = (contact.on for contact in self._contacts if addressee.shares_group(contact))
        return max(days, default=None)

    def first_person_on(self, step: str) -> date | None:
        """Return the latest day on which a first person of the enrolment's step stands."""
        return max(
            (
                contact.on
                for contact in self._contacts
                if contact.step == step
                and contact.enrolment == self._terms.enrolment
                and contact.follower == 0
            ),
            default=None,
        )

    def previous_half(self, day: date, person: str) -> str:
        """Return which half-day the person's last call before `day` took, if any."""
        calls = [
            (contact.on, contact.window_half)
            for contact in self._contacts
            if contact.channel is Channel.CALL
            and contact.window_half
            and contact.on < day
            and person_key(contact.person, contact.role) == person
        ]
        return max(calls, default=(day, ""))[1]

    def _note(self, contact: FixedContact) -> None:
        person = person_key(contact.person, contact.role)
        self._people.setdefault(contact.on, set()).add(person)

    def _cap_free_on(self, day: date, person: str) -> date:
        cap = self._calendars.ruleset.caps.people_per_account_per_day.count_max
        last = day + SEARCH_DAYS * DAY
        while day < last and len(self._people.get(day, set()) - {person}) >= cap:
            day += DAY
        return day

    def _gap_free_on(self, day: date, addressee: Addressee) -> date:
        gap = self._terms.gap
        if gap.count <= 0:
            return day
        others = [contact.on for contact in self._contacts if self._keeps_gap(addressee, contact)]
        # Each turn leaves one contact behind, so there are no more turns than contacts.
        for other in sorted(others):
            if self._is_too_near(day, other):
                day = self._gap_end(other)
        return day

    def _is_too_near(self, day: date, other: date) -> bool:
        first, second = min(day, other), max(day, other)
        return second < self._gap_end(first)

    def _gap_end(self, day: date) -> date:
        gap = self._terms.gap
        end = add(day, Offset(gap.count, gap.unit), calendars=self._calendars)
        return end or day + SEARCH_DAYS * DAY

    def _keeps_gap(self, addressee: Addressee, contact: FixedContact) -> bool:
        if addressee.shares_group(contact):
            return False
        if self._terms.gap.scope is GapScope.PERSON:
            return person_key(contact.person, contact.role) == addressee.person
        if contact.enrolment != addressee.enrolment:
            return False
        # An enrolment's gap runs from the first person of a step to that of another; an
        # agreed date keeps it with everybody.
        return contact.is_agreed or (addressee.follower == 0 and contact.follower == 0)
