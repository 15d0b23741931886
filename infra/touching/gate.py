"""Grant attempts under the caps that no account can see: sender and recipient domain.

One transaction a batch: leases held, senders locked in name order, suppression read,
counted, inserted.  A grant has no age; only a valid decision that is no attempt ends it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from engine.requests import AttemptTouch
from engine.rule_ids import RuleId
from engine.values import Grant
from infra.clock import Clock
from infra.log.leases import Tenure
from infra.log.port import Place
from infra.log.postgres_leases import hold_epochs
from infra.runtime.owning.touch_ports import Barred, Counted, GrantKey, WantedAttempt
from infra.runtime.partitions import number_of
from infra.store.pool import Connection, Pool, translated
from infra.touching import grants
from infra.touching.addressing import POINT_MISSING, SENDER_MISSING, point_of, sender_of, touch_of
from infra.touching.grants import WHOLE_SENDER, GrantRow
from infra.touching.pauses import Pauses
from infra.touching.protocol import (
    BUCKET_FOR,
    CONTENT_UNWRITTEN,
    SENDER_UNREACHABLE,
    SUPPRESSED,
    KeptBack,
    SenderCaps,
    oldest_window,
    room,
    window_of,
)
from infra.touching.suppression import suppressed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """What one attempt asks of the tables."""

    key: GrantKey
    partition: int
    sender: str
    domain: str
    tag: str
    caps: SenderCaps


class PostgresGate:
    """Grants in PostgreSQL; see `infra.runtime.owning.touch_ports.Gate`."""

    def __init__(self, pool: Pool, *, clock: Clock, pauses: Pauses) -> None:
        """Keep where grants stand, whose hours count, and which sender identities wait."""
        self._pool = pool
        self._clock = clock
        self._pauses = pauses

    def counted(self, wanted: WantedAttempt) -> Counted:
        """Return the names under which an attempt would count; empty where one is missing."""
        sender = sender_of(wanted.published)
        point = point_of(wanted.state, touch_of(wanted.state, wanted.request.touch))
        return Counted(sender.name if sender else "", point.domain if point else "")

    async def grant(self, wanted: Sequence[WantedAttempt]) -> Sequence[AttemptTouch | Barred]:
        """Return, in order, each request with its grant or what keeps it back, or what bars it."""
        at = self._clock.now()
        asked = [_ask(attempt) for attempt in wanted]
        asks = [ask for ask in asked if isinstance(ask, _Ask)]
        tenures = {attempt.tenure for attempt in wanted}
        answers = await self._answer(asks, tenures, at) if asks else {}
        return [
            _kept_back(attempt.request, ask)
            if isinstance(ask, KeptBack)
            else self._answered(attempt.request, ask, answers[ask.key], at)
            for attempt, ask in zip(wanted, asked, strict=True)
        ]

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants whose decision was no attempt; those with a ledger row stay."""
        if not keys:
            return
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await hold_epochs(connection, (tenure,))
                found = await grants.read(connection, keys)
                await grants.lock_senders(connection, {grant.sender for grant in found.values()})
                await grants.delete_unused(connection, keys)

    async def unsettled(self, place: Place) -> Sequence[GrantKey]:
        """Return the grants of a partition's accounts that have no ledger row."""
        with translated():
            async with self._pool.acquire() as connection:
                return await grants.unused(connection, number_of(place))

    def _answered(
        self, request: AttemptTouch, ask: _Ask, answer: GrantRow | KeptBack, at: datetime
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

    async def _answer(
        self, asks: Sequence[_Ask], tenures: Iterable[Tenure], at: datetime
    ) -> dict[GrantKey, GrantRow | KeptBack]:
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await hold_epochs(connection, tenures)
                await grants.lock_senders(connection, {ask.sender for ask in asks})
                return await self._count(connection, asks, at)

    async def _count(
        self, connection: Connection, asks: Sequence[_Ask], at: datetime
    ) -> dict[GrantKey, GrantRow | KeptBack]:
        stopped = await suppressed(connection, [ask.tag for ask in asks])
        found = await grants.read(connection, [ask.key for ask in asks])
        counted = _Counts(
            await grants.counts(connection, _domains(asks), since=oldest_window(at)), at
        )
        answers: dict[GrantKey, GrantRow | KeptBack] = {}
        fresh: dict[GrantKey, GrantRow] = {}
        for ask in asks:
            before = found.get(ask.key)
            if before is not None and (before.is_used or before.window == window_of(at)):
                answers[ask.key] = KeptBack(SUPPRESSED) if ask.tag in stopped else before
            elif ask.key not in answers:
                answer = self._admit(ask, counted, is_suppressed=ask.tag in stopped)
                answers[ask.key] = answer
                if isinstance(answer, GrantRow):
                    fresh[ask.key] = answer
        # A grant moved to this hour leaves the hour it was counted in.
        await grants.uncount(connection, [found[key] for key in fresh if key in found])
        if fresh:
            await grants.put(connection, fresh, {ask.key: ask.partition for ask in asks})
        return answers

    def _admit(self, ask: _Ask, counted: "_Counts", *, is_suppressed: bool) -> GrantRow | KeptBack:
        if is_suppressed:
            return KeptBack(SUPPRESSED)
        until_at = self._pauses.until(ask.sender, counted.at)
        if until_at is not None:
            return KeptBack(SENDER_UNREACHABLE, until_at)
        held_until_at = self._pauses.held_until(ask.key, counted.at)
        if held_until_at is not None:
            return KeptBack(CONTENT_UNWRITTEN, held_until_at)
        return counted.admit(ask)


class _Counts:
    """What the windows hold, with what this batch adds."""

    def __init__(self, counts: dict[tuple[str, str], Counter[str]], at: datetime) -> None:
        self._counts = counts
        self.at = at

    def admit(self, ask: _Ask) -> GrantRow | KeptBack:
        """Count one attempt more, or say which cap keeps it back."""
        sender = self._counts[ask.sender, WHOLE_SENDER]
        domain = self._counts[ask.sender, ask.domain]
        full = room(ask.caps, sender, domain, at=self.at)
        if full is not None:
            return full
        window = window_of(self.at)
        sender[window] += 1
        domain[window] += 1
        return GrantRow(ask.sender, ask.domain, window)


def _ask(wanted: WantedAttempt) -> _Ask | KeptBack:
    sender = sender_of(wanted.published)
    if sender is None:
        return KeptBack(SENDER_MISSING)
    point = point_of(wanted.state, touch_of(wanted.state, wanted.request.touch))
    if point is None:
        return KeptBack(POINT_MISSING)
    return _Ask(
        key=wanted.key,
        partition=number_of(wanted.tenure.place),
        sender=sender.name,
        domain=point.domain,
        tag=point.tag,
        caps=SenderCaps(sender.per_day_max, sender.per_domain_max),
    )


def _domains(asks: Sequence[_Ask]) -> set[tuple[str, str]]:
    return {(ask.sender, name) for ask in asks for name in (WHOLE_SENDER, ask.domain)}


def _kept_back(request: AttemptTouch, answer: KeptBack) -> AttemptTouch:
    return replace(request, kept_back_by=answer.rule, until_at=answer.until_at)
