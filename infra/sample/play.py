"""Play past weeks on the virtual clock, through the real engine, log and mail.

The clock moves only when all is quiet and everybody who had something to say by then
has said it and was answered.  Killed at any instant, the play goes on the same: what
players see stands in views, and what they answer has the same name every time.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace as changed

from engine.requests import RecordReply, Request
from infra.clock import VirtualClock
from infra.intake import Intake, Submission
from infra.runtime.answers import Answer
from infra.sample.casting import Act, Cast
from infra.sample.errors import SampleRefusedError
from infra.sample.sightings import open_tasks, sent_mails
from infra.store.pool import Pool

ASK_AGAIN_WITHIN = timedelta(days=2)
"""After a restart, older answers were given: the clock never passes an unanswered one."""

ATTEMPTS_MAX = 5


class Stage(Protocol):
    """The runtime as a play needs it."""

    async def quiet(self) -> None:
        """Return once nothing can happen before the clock moves or something comes in."""

    def next_due(self) -> datetime | None:
        """Return when the next timer is due."""


@dataclass(slots=True, kw_only=True)
class Play:
    """One play over one home."""

    stage: Stage
    intake: Intake
    pool: Pool
    clock: VirtualClock
    cast: Cast
    on_progress: Callable[[datetime], None] = lambda _: None
    _agenda: list[tuple[datetime, str, Act]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    async def run_until(self, until: datetime) -> None:
        """Play up to an instant; returns with the clock there and all quiet.

        Raises:
            SampleRefusedError: Something asked was not answered, several times over.
        """
        asked_since = self.clock.now() - ASK_AGAIN_WITHIN
        self._plan([act for act in self.cast.agenda() if act.at >= asked_since])
        while True:
            await self.stage.quiet()
            await self._look(asked_since)
            if await self._ask_due():
                continue
            following_at = self._following(until)
            if following_at is None:
                break
            await self.clock.advance_to(following_at)
            self.on_progress(following_at)
        await self.clock.advance_to(until)
        await self.stage.quiet()

    async def _look(self, asked_since: datetime) -> None:
        mails, tasks = await sent_mails(self.pool), await open_tasks(self.pool)
        found = [act for mail in mails for act in self.cast.on_mail(mail)]
        found += [act for task in tasks for act in self.cast.on_task(task)]
        self._plan([act for act in found if act.at >= asked_since])

    def _plan(self, acts: Sequence[Act]) -> None:
        for act in acts:
            if act.id not in self._seen:
                self._seen.add(act.id)
                heapq.heappush(self._agenda, (act.at, act.id, act))

    async def _ask_due(self) -> bool:
        """Ask what is due by now; return whether there was anything."""
        due: list[Act] = []
        while self._agenda and self._agenda[0][0] <= self.clock.now():
            due.append(heapq.heappop(self._agenda)[2])
        for actor in sorted({act.actor for act in due}):
            await self._ask(actor, [act for act in due if act.actor == actor])
            # What one causes is decided before another speaks: the order of every run.
            await self.stage.quiet()
        return bool(due)

    async def _ask(self, actor: str, acts: Sequence[Act]) -> None:
        intake = replace(self.intake, actor=actor)
        submissions = [
            Submission(id=act.id, stream=act.stream, request=await self._sealed(act))
            for act in acts
        ]
        for _ in range(ATTEMPTS_MAX):
            answers = await intake.ask(submissions)
            submissions = _unanswered(submissions, answers)
            if not submissions:
                return
        raise SampleRefusedError(submissions[0].id, "unanswered")

    async def _sealed(self, act: Act) -> Request:
        if not act.text or not isinstance(act.request, RecordReply):
            return act.request
        (text,) = await self.intake.seal(str(act.id), {"reply": act.text}, input_id=act.id)
        return changed(act.request, text=text)

    def _following(self, until: datetime) -> datetime | None:
        candidates = [at for at in (self.stage.next_due(),) if at is not None]
        candidates += [self._agenda[0][0]] if self._agenda else []
        following_at = min(candidates, default=until)
        return following_at if following_at < until else None


def _unanswered(
    submissions: Sequence[Submission], answers: Sequence[Answer | None]
) -> list[Submission]:
    return [submission for submission, one in zip(submissions, answers, strict=True) if one is None]
