"""Tell what happens to one account: given these, when asked this, then those."""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Raw
from msgspec.structs import replace

from engine import requests as r
from engine import rules
from engine.account import Account
from engine.decision import Body, Outcome, Refused
from engine.events import Event, TouchKeptBack, TouchMoved, TouchPlanned
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.plan import Anchor, AnchorKind, Offset, PointTerms, Sequence, Unit
from engine.refusals import RefusalCode
from engine.requests import Attributes, Request
from engine.ruleset import Ruleset
from engine.values import About, Channel, ContactPoint, Grant, NextPoint, Sealed, SequenceRef
from engine.wire import encode_input
from engine.workspace import Workspace
from sequences.catalogue import find_sequence
from sequences.hashing import sequence_hash
from sequences.load import load
from sequences.rulesets import load_ruleset

Kind = TypeVar("Kind")

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2027, 1, 11)
NIORT = StreamId("account:commune-79191")
POINT = NextPoint(date(2027, 5, 4), "point après le vote", "estimatif")
TERMS = PointTerms(
    Offset(10, Unit.BUSINESS_DAY), Anchor(AnchorKind.VOTE), "point après le vote", "estimatif"
)
GRANT = Grant(mailbox="mairie", window="2027-01-11T08")
ASSESSED = {"maturity": "projet", "calendar": "2027", "others": "aucun"}
HEAD, DGS, DSI, DAF, ELU = "responsable_service", "dgs", "dsi", "daf", "elu"
VALUES = (
    *("probleme", "service", "adresse_postale", "contact_donnees"),
    *("lien_contenu@1.7", "lien_contenu@1.10", "lien_contenu@1.11"),
    *("expediteur", "expediteur_fonction", "societe", "telephone", "interlocuteur"),
)


def at(day: date | str, hour: int = 12, minute: int = 0) -> datetime:
    """Return an instant of the wall clock in Paris, as UTC."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(on, time(hour, minute), PARIS).astimezone(UTC)


def granted(request: Request) -> Request:
    """Return a request with the gate's leave, if it is an attempt that nothing keeps back."""
    if isinstance(request, r.AttemptTouch) and not request.kept_back_by:
        return replace(request, grant=GRANT)
    return request


def code_of(outcome: object) -> RefusalCode:
    """Return the code of a refusal."""
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def sealed(person: str, field: str) -> Sealed:
    """Return a field as the rules see it: closed."""
    return Sealed(person, field, "AAAA")


def points(person: str) -> tuple[ContactPoint, ContactPoint]:
    """Return an address and a number of a person."""
    return (
        ContactPoint(f"mail-{person}", Channel.EMAIL, "a.example", sealed(person, "email")),
        ContactPoint(f"call-{person}", Channel.CALL, "", sealed(person, "phone")),
    )


def thirty_days() -> Sequence:
    """Return sequence 1 of the library."""
    return library_sequence("collectivite-prise-de-contact-30j")


@cache
def library_sequence(name: str) -> Sequence:
    """Return a sequence of the library, read once however many stories are told."""
    loaded = load(find_sequence(name))
    assert loaded.sequence is not None
    return loaded.sequence


@cache
def french_rules() -> Ruleset:
    """Return the French ruleset, read once."""
    return load_ruleset()


def published_with(plan: Sequence) -> Workspace:
    """Return a workspace in which `plan` and the French ruleset are published."""
    return Workspace(w=2, ruleset=french_rules(), sequences={sequence_hash(plan): plan})


class Story:
    """One account, everything asked of it, and what each input caused."""

    def __init__(
        self, plan: Sequence | None = None, *, zone: str = "B", kind: str = "commune"
    ) -> None:
        """Begin with a known account in a school zone, and nobody in it."""
        self.plan = plan or thirty_days()
        self.published = published_with(self.plan)
        self.stream = rules.new(NIORT)
        self.history: list[Event] = []
        self.bodies: list[Body] = []
        self.now = at(MONDAY, 8)
        self.gate_is_open = True
        self._count = 0
        attributes = Attributes(
            name="Niort",
            name_with_article="la Ville de Niort",
            kind=kind,
            kind_plural="communes",
            departement="79",
            school_zone=zone,
        )
        self.ask(r.AddAccount(attributes=attributes))

    @property
    def state(self) -> Account:
        """Return the account as it stands."""
        assert isinstance(self.stream.state, Account)
        return self.stream.state

    def ask(
        self, request: Request, *, when: datetime | None = None, name: str = "", actor: str = "ana"
    ) -> Outcome:
        """Ask at an instant, never before the last one, and return what it caused."""
        self.now = max(self.now, when or self.now)
        self._count += 1
        item = Input(
            id=InputId(name or f"input-{self._count}"),
            stream=NIORT,
            at=self.now,
            actor=actor,
            source="test",
            request=granted(request) if self.gate_is_open else request,
        )
        body = rules.decide(self.stream, self.published, item, Raw(encode_input(item)))
        self.bodies.append(body)
        self.stream = rules.evolve(self.stream, body, item.id, self._count)
        self.history.extend(body.events)
        return body.outcome

    def with_people(self, *roles: str) -> Self:
        """Add a person for each role, named after it."""
        for role in roles:
            fields = (sealed(role, "salutation"), sealed(role, "source_contact"))
            self.ask(r.AddPerson(person=role, role=role, points=points(role), fields=fields))
        self.ask(r.SetValues(values={name: f"… {name}" for name in VALUES}))
        return self

    def enrolled(self, *roles: str, start_on: date = MONDAY, campaign: str = "") -> Self:
        """Add and enrol these people, without a campaign to wait for by default."""
        self.with_people(*roles)
        self.ask(self.enrol(*roles, start_on=start_on, campaign=campaign))
        return self

    def enrol(self, *roles: str, start_on: date = MONDAY, campaign: str = "") -> r.Enrol:
        """Return the request to enrol these roles."""
        return r.Enrol(
            sequence=SequenceRef(self.plan.name, sequence_hash(self.plan)),
            about=About(offer="guichet", domain="education", is_digital=True),
            participants={role: role for role in roles},
            start_on=start_on,
            campaign=campaign,
            next_point=TERMS,
        )

    def run_until(self, until: datetime, *, sends: r.Reach = r.Reach.SENT) -> Self:
        """Let timers fire up to an instant; every attempt ends with `sends`."""
        for _ in range(500):
            due_at = rules.due_at(self.stream)
            if due_at is None or due_at > until:
                break
            self.now = max(self.now, due_at)
            for name, request in rules.due(self.stream, self.now):
                self.ask(request, name=name, actor="engine")
            self.settle(sends)
        self.now = max(self.now, until)
        return self

    def settle(self, reach: r.Reach, code: str = "") -> None:
        """Say what became of every attempt under way."""
        for number, touch in tuple(self.state.touches.items()):
            if touch.status == "attempting":
                report = r.RecordAttempt(
                    touch=number,
                    attempt=touch.attempt,
                    reach=reach,
                    code=code,
                    message_id=f"<{number}@x>",
                )
                self.ask(report)

    def close(self, outcome: str, *, kind: str = "call", **given: object) -> Outcome:
        """Close the oldest open task of a kind."""
        number = self.task(kind)
        return self.ask(r.CompleteTask(task=number, outcome=outcome, **given))  # type: ignore[arg-type]  # as the test gives it

    def task(self, kind: str) -> int:
        """Return the oldest open task of a kind."""
        return next(number for number, task in self.state.tasks.items() if task.kind == kind)

    def touch(self, step: str, person: str = HEAD) -> int:
        """Return the open touch of a step for a person."""
        return next(
            number
            for number, touch in self.state.touches.items()
            if (touch.step, touch.person) == (step, person)
        )

    def planned(self) -> dict[tuple[str, str], date]:
        """Return the day of each open touch, by step and person."""
        return {(touch.step, touch.person): touch.slot.on for touch in self.state.touches.values()}

    def planned_on(self, touch: int) -> date:
        """Return the day a touch has, or had last."""
        of_touch = (
            event.slot.on
            for event in reversed(self.history)
            if isinstance(event, (TouchPlanned, TouchMoved, TouchKeptBack)) and event.touch == touch
        )
        return next(of_touch)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the events of a class so far, oldest first."""
        return [event for event in self.history if isinstance(event, kind)]

    def rules_of(self, kind: type[Event]) -> list[str]:
        """Return the rules of the events of a class so far, oldest first."""
        return [event.rule for event in self.history if isinstance(event, kind)]

    def kinds(self) -> list[str]:
        """Return the kinds of the open tasks, oldest first."""
        return [task.kind for task in self.state.tasks.values()]


def by_hand(person: str, on: date, channel: Channel = Channel.EMAIL) -> r.AddTouch:
    """Return an order for a touch by hand."""
    return r.AddTouch(
        enrolment=1, person=person, channel=channel, on=on, reason="mandat", message="1.10-email-d"
    )
