"""One decision in the making: what it was asked on, and the events so far."""

from datetime import UTC, date, datetime, time

from msgspec import Struct
from msgspec.structs import replace

from engine.account.evolve import fold
from engine.account.state import Account, Enrolment
from engine.decision import Refused
from engine.events import Event
from engine.ids import name_of
from engine.inputs import Input
from engine.plan import Sequence
from engine.refusals import RefusalCode
from engine.roles import ROLES, KnownRole, RoleKind
from engine.ruleset import Ruleset
from engine.workspace import Workspace


class Turn(Struct, frozen=True, gc=False, kw_only=True):
    """An account, an input, and what it has caused so far; `state` includes it."""

    input: Input
    state: Account
    published: Workspace
    at: datetime
    events: tuple[Event, ...] = ()

    def then(self, *events: Event) -> "Turn":
        """Return the turn with `events` added and folded in."""
        state = fold(self.state, events, self.at, self.input.stream)
        return replace(self, state=state, events=self.events + events)

    @property
    def account(self) -> str:
        """Return the account's id."""
        return name_of(self.input.stream)

    @property
    def ruleset(self) -> Ruleset:
        """Return the rules in force; `decide` refuses what needs them when there are none."""
        ruleset = self.published.ruleset
        if ruleset is None:
            msg = "ruleset"
            raise LookupError(msg)
        return ruleset

    @property
    def today(self) -> date:
        """Return the day on the account's calendar."""
        return self.day_of(self.at)

    def day_of(self, at: datetime) -> date:
        """Return the day of an instant on the account's calendar."""
        return at.astimezone(self.state.zone).date()

    def start_of(self, day: date) -> datetime:
        """Return the instant a day of the account's calendar begins."""
        return datetime.combine(day, time(), self.state.zone).astimezone(UTC)

    def sequence(self, number: int) -> Sequence:
        """Return the sequence of an enrolment."""
        return self.published.sequences[self.state.enrolments[number].sequence.hash]

    @property
    def known_roles(self) -> tuple[KnownRole, ...]:
        """Return the roles of the ruleset, else of one that names none, and of older sequences."""
        ruleset = self.published.ruleset
        listed = ROLES if ruleset is None else ruleset.known_roles
        names = {role.name for role in listed}
        others = {
            role.name: KnownRole(role.name, RoleKind.CONTACT)
            for sequence in self.published.sequences.values()
            for step in sequence.steps
            for role in step.roles
            if role.name not in names
        }
        return (*listed, *others.values())

    def domain_of(self, number: int, person: str) -> str:
        """Return the domain that an enrolment is about, else the one a person answers for."""
        enrolment = self.state.enrolments.get(number)
        about = enrolment.about.domain if enrolment is not None else ""
        return about or self.state.people[person].domain

    def running(self) -> tuple[tuple[int, Enrolment], ...]:
        """Return the enrolments that are pending or active, oldest first."""
        known = self.state.enrolments.items()
        return tuple((n, enrolment) for n, enrolment in known if enrolment.is_running)

    def against(self, number: int) -> Refused | None:
        """Return why nothing can be asked of an enrolment; None while it is pending or active."""
        if number in dict(self.running()):
            return None
        was_here = 1 <= number <= self.state.enrolment_count
        code = RefusalCode.ALREADY_CLOSED if was_here else RefusalCode.UNKNOWN_ENROLMENT
        return Refused(code=code, detail=str(number))

    def enrolments_of(self, person: str) -> tuple[int, ...]:
        """Return the running enrolments that a person takes part in, or has a touch planned in."""
        planned = {
            touch.enrolment for touch in self.state.touches.values() if touch.person == person
        }
        return tuple(
            n
            for n, enrolment in self.running()
            if person in enrolment.participants.values() or n in planned
        )

    def about_whom(self, person: str, touch: int) -> str | Refused:
        """Return the person a report concerns: named, or the one a touch went to."""
        if touch and not 1 <= touch <= self.state.touch_count:
            return Refused(code=RefusalCode.UNKNOWN_TOUCH, detail=str(touch))
        if touch and not person:
            open_touch = self.state.touches.get(touch)
            person = open_touch.person if open_touch else self.state.recent.get(touch, ("", 0))[0]
            if not person:
                return Refused(code=RefusalCode.UNKNOWN_TOUCH, detail=str(touch))
        if not person:
            return Refused(code=RefusalCode.PERSON_REQUIRED)
        if person not in self.state.people:
            return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=person)
        return person


Ruling = Turn | Refused
"""What a rule returns: the turn with its events, or a refusal."""
