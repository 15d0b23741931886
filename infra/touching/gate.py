"""Grant attempts under the caps that no account can see: sender and recipient domain.

A batch is one step of the tables: leases held, senders locked, suppression read, counted,
inserted.  A grant has no age; only a valid decision that is no attempt ends it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from engine.account import Account
from engine.account.pressure import claim_of, reached_by
from engine.ids import StreamId, name_of
from engine.requests import AttemptTouch
from engine.rule_ids import RuleId
from engine.suppressing import stop_names
from engine.values import Grant, KeptContact
from engine.workspace import SendingHold
from infra.clock import Clock
from infra.log.leases import Tenure
from infra.log.port import Place
from infra.runtime.owning.touch_ports import (
    Barred,
    Counted,
    GrantKey,
    WantedAttempt,
    WantedContacts,
)
from infra.runtime.partitions import number_of
from infra.touching.addressing import POINT_MISSING, SENDER_MISSING, point_of, sender_of, touch_of
from infra.touching.pauses import Pauses
from infra.touching.protocol import (
    BUCKET_FOR,
    SENDER_HELD,
    SENDER_UNREACHABLE,
    SUPPRESSED,
    KeptBack,
    SenderCaps,
    oldest_window,
    room,
    window_of,
)
from infra.touching.tables import (
    WHOLE_SENDER,
    Admission,
    ClaimAsk,
    GrantAsk,
    GrantRow,
    Grants,
    Held,
    Stops,
)

UNTIL_PUBLISHED_FOR = timedelta(days=365)
"""What is published lets everybody ask at once; before that there is nothing to look for."""

NO_SENDER = "-"
"""Stands for the sender identity of a workspace that has none yet."""


class TableGate:
    """A gate over a table of grants; see `infra.runtime.owning.touch_ports.Gate`."""

    def __init__(self, grants: Grants, *, stops: Stops, clock: Clock, pauses: Pauses) -> None:
        """Keep where grants and stops stand, whose hours count, and which identities wait."""
        self._grants = grants
        self._stops = stops
        self._clock = clock
        self._pauses = pauses

    def counted(self, wanted: WantedAttempt) -> Counted:
        """Return the names under which an attempt would count; empty where one is missing."""
        sender = sender_of(wanted.published)
        point = point_of(wanted.state, touch_of(wanted.state, wanted.request.touch))
        return Counted(sender.name if sender else NO_SENDER, point.domain if point else "")

    async def grant(self, wanted: Sequence[WantedAttempt]) -> Sequence[AttemptTouch | Barred]:
        """Return, in order, each request with its grant or what keeps it back, or what bars it."""
        at = self._clock.now()
        asked = await self._claimed(wanted, [_ask(attempt, at) for attempt in wanted], at)
        asks = [ask for ask in asked if isinstance(ask, GrantAsk)]
        answers = await self._answers(asks, {each.tenure for each in wanted}, at) if asks else {}
        return [
            self._answered(attempt.request, ask, answers[ask.key], at)
            if isinstance(ask, GrantAsk)
            else _kept_back(attempt.request, ask)
            if isinstance(ask, KeptBack)
            else ask
            for attempt, ask in zip(wanted, asked, strict=True)
        ]

    async def claim(self, wanted: Sequence[WantedContacts]) -> Sequence[tuple[KeptContact, ...]]:
        """Claim whom contacts are for, over all accounts; return what has to wait, or is stopped.

        The table of stops knows before the account has heard: no call is opened to who objected.
        """
        at = self._clock.now()
        stopped = await self._stopped(wanted)
        asks = [
            (index, number, ClaimAsk(each.stream, claim))
            for index, each in enumerate(wanted)
            for number in each.touches
            if (index, number) not in stopped
            and (claim := claim_of(each.state, number, at)) is not None
        ]
        kept: list[tuple[KeptContact, ...]] = [() for _ in wanted]
        for index, number in stopped:
            kept[index] = (*kept[index], KeptContact(number, SUPPRESSED, ""))
        if asks:
            found = await self._grants.claim([ask for _, _, ask in asks])
            for (index, number, _), clash in zip(asks, found, strict=True):
                if clash is not None:
                    contact = KeptContact(number, clash.rule, name_of(clash.holder))
                    kept[index] = (*kept[index], contact)
        return kept

    async def _stopped(self, wanted: Sequence[WantedContacts]) -> list[tuple[int, int]]:
        """Return which contacts nothing may be opened for, by index and touch."""
        contacts = [
            (index, number, reached_by(each.state, number))
            for index, each in enumerate(wanted)
            for number in each.touches
        ]
        names = {name for _, _, ways in contacts for way in ways for name in way}
        stopped = await self._stops.suppressed(names) if names else frozenset()
        return [
            (index, number)
            for index, number, ways in contacts
            if ways and not any(stopped.isdisjoint(way) for way in ways)
        ]

    async def end_claims(self, enrolments: Collection[tuple[StreamId, int]]) -> None:
        """Let others prospect whom enrolments did that have ended."""
        await self._grants.end_claims(enrolments)

    async def _claimed(
        self,
        wanted: Sequence[WantedAttempt],
        asked: Sequence[GrantAsk | KeptBack | Barred],
        at: datetime,
    ) -> list[GrantAsk | KeptBack | Barred]:
        """Return what is asked, each for whom another account has a claim kept back."""
        claims = {
            index: ClaimAsk(attempt.stream, claim)
            for index, attempt in enumerate(wanted)
            if isinstance(asked[index], GrantAsk)
            and isinstance(attempt.state.state, Account)
            and (claim := claim_of(attempt.state.state, attempt.request.touch, at)) is not None
        }
        kept = list(asked)
        if claims:
            found = await self._grants.claim(list(claims.values()))
            for index, clash in zip(claims, found, strict=True):
                if clash is not None:
                    kept[index] = KeptBack(clash.rule, holder=name_of(clash.holder))
        return kept

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants whose decision was no attempt; those with a ledger row stay."""
        if keys:
            await self._grants.release(tenure, keys)

    async def unsettled(self, place: Place) -> Sequence[GrantKey]:
        """Return the grants of a partition's accounts that have no ledger row."""
        return await self._grants.unused(place)

    async def _answers(
        self, asks: Sequence[GrantAsk], tenures: Collection[Tenure], at: datetime
    ) -> Mapping[GrantKey, GrantRow | KeptBack]:
        return await self._grants.grant(
            asks,
            tenures=tenures,
            since=oldest_window(at),
            admit=partial(self._admit_all, asks, at),
        )

    def _answered(
        self, request: AttemptTouch, ask: GrantAsk, answer: GrantRow | KeptBack, at: datetime
    ) -> AttemptTouch | Barred:
        if isinstance(answer, GrantRow):
            return replace(request, grant=Grant(answer.sender, answer.window))
        until_at = answer.until_at or at + BUCKET_FOR
        match answer.rule:
            case RuleId.MAILBOX_UNREACHABLE:
                since_at = self._pauses.since(ask.sender)
                return Barred(answer.rule, Counted(ask.sender, WHOLE_SENDER), until_at, since_at)
            case RuleId.CAP_MAILBOX:
                return Barred(answer.rule, Counted(ask.sender, WHOLE_SENDER), until_at)
            case RuleId.CAP_RECIPIENT_DOMAIN:
                return Barred(answer.rule, Counted(ask.sender, ask.domain), until_at)
            case _:
                return _kept_back(request, answer)

    def _admit_all(self, asks: Sequence[GrantAsk], at: datetime, held: Held) -> Admission:
        counted = _Counts(held, at)
        admission = Admission({}, {})
        for ask in asks:
            before = held.grants.get(ask.key)
            is_stopped = not held.stopped.isdisjoint(ask.stop_names)
            if before is not None and (before.is_used or before.window == window_of(at)):
                admission.answers[ask.key] = KeptBack(SUPPRESSED) if is_stopped else before
            elif ask.key not in admission.answers:
                answer = self._admit(ask, counted, is_suppressed=is_stopped)
                admission.answers[ask.key] = answer
                if isinstance(answer, GrantRow):
                    admission.fresh[ask.key] = answer
        return admission

    def _admit(
        self, ask: GrantAsk, counted: "_Counts", *, is_suppressed: bool
    ) -> GrantRow | KeptBack:
        if is_suppressed:
            return KeptBack(SUPPRESSED)
        until_at = self._pauses.until(ask.sender, counted.at)
        if until_at is not None:
            return KeptBack(SENDER_UNREACHABLE, until_at)
        return counted.admit(ask)


class _Counts:
    """What the windows hold, with what this batch adds."""

    def __init__(self, held: Held, at: datetime) -> None:
        self._counts = {name: Counter(counts) for name, counts in held.counts.items()}
        self.at = at

    def admit(self, ask: GrantAsk) -> GrantRow | KeptBack:
        """Count one attempt more, or say which cap keeps it back."""
        sender, domain = (self._counts[name] for name in ask.counted_under)
        full = room(ask.caps, sender, domain, at=self.at)
        if full is not None:
            return full
        window = window_of(self.at)
        sender[window] += 1
        domain[window] += 1
        return GrantRow(ask.sender, ask.domain, window)


def _ask(wanted: WantedAttempt, at: datetime) -> GrantAsk | KeptBack | Barred:
    sender = sender_of(wanted.published)
    if sender is None:
        return Barred(SENDER_MISSING, Counted(NO_SENDER, WHOLE_SENDER), at + UNTIL_PUBLISHED_FOR)
    hold = wanted.published.sending_hold or wanted.published.hold_of(sender.name)
    if hold is not None:
        rule = RuleId(hold.rule) if isinstance(hold, SendingHold) else SENDER_HELD
        whole = Counted(sender.name, WHOLE_SENDER)
        return Barred(rule, whole, at + UNTIL_PUBLISHED_FOR, hold.since_at)
    touch = touch_of(wanted.state, wanted.request.touch)
    point = point_of(wanted.state, touch)
    if point is None or touch is None:
        return KeptBack(POINT_MISSING)
    return GrantAsk(
        key=wanted.key,
        partition=number_of(wanted.tenure.place),
        sender=sender.name,
        domain=point.domain,
        stop_names=stop_names(point, touch.person),
        caps=SenderCaps(sender.per_day_max, sender.per_domain_max),
    )


def _kept_back(request: AttemptTouch, answer: KeptBack) -> AttemptTouch:
    return replace(
        request,
        kept_back_by=answer.rule,
        until_at=answer.until_at,
        kept_back_for=answer.holder,
    )
