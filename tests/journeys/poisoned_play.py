"""Eighty accounts in a process of its own, three of them poisoned, to be killed.

`python -m tests.journeys.poisoned_play HOME [poisoned]`: without the second word the three
do not take part.  One has a text that no value can be written into, one a value that is
too long for a subject, and the server of the third's recipient refuses whatever comes.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from engine.ids import WORKSPACE, InputId
from engine.plan import Sequence as Plan
from engine.requests import CompleteTask, PublishSequence
from engine.values import SequenceRef
from infra import telemetry
from infra.home.layout import MAIL_FOLDER, POSTGRES_FOLDER
from infra.mail.catcher import Catcher
from infra.mail.faults import MailFault, Refuse
from infra.sample.casting import Act, OpenTask, SentMail
from infra.sample.play import Play
from infra.store.server import ServerSettings, running
from sequences.hashing import sequence_hash
from tests.engine.account.story import at
from tests.systems.house import (
    BEGINS_AT,
    PLAN,
    House,
    Life,
    account,
    opened,
    submission,
)

HEALTHY_COUNT: Final = 77
BROKEN_TEXT, LONG_VALUE, REFUSED = "texte-casse", "valeur-longue", "serveur-fache"
FIRST_MAIL: Final = "1.3-email-a"
POISONED = (BROKEN_TEXT, LONG_VALUE, REFUSED)
ENDS_AT = at("2027-02-26", 18)
FILLED = "filled"
PLAYED = "played"
CALLED_BACK_AFTER = timedelta(minutes=10)
LONG = "les inscriptions " * 100
"""No message could hold it in its subject, and each may in its text."""


class Refusing:
    """A server that never takes what goes to one recipient."""

    def pick(self, recipient: str) -> MailFault | None:
        """Return the refusal of that one."""
        is_theirs = recipient == _address(REFUSED)
        return Refuse(code=450, text="4.7.1 Later") if is_theirs else None


class Caller:
    """Dials every number, reaches nobody; see `infra.sample.casting.Cast`."""

    def agenda(self) -> tuple[Act, ...]:
        """Plan nothing by itself."""
        return ()

    def on_mail(self, mail: SentMail) -> tuple[Act, ...]:
        """Read nothing."""
        del mail
        return ()

    def on_task(self, task: OpenTask) -> tuple[Act, ...]:
        """Close a call some minutes after it was opened."""
        if task.kind != "call":
            return ()
        return (
            Act(
                at=task.opened_at + CALLED_BACK_AFTER,
                id=InputId(f"called:{task.owner}:{task.touch}:{task.attempt}"),
                actor="ana",
                stream=account(task.owner),
                request=CompleteTask(task=task.task, outcome="absent"),
            ),
        )


def broken_plan() -> Plan:
    """Return the sequence with a first e-mail that compares a text with a number."""
    message = PLAN.messages[FIRST_MAIL]
    body = message.body + "{% if probleme > 3 %}x{% endif %}"
    texts = {**PLAN.messages, FIRST_MAIL: replace(message, body=body)}
    return replace(PLAN, name="cassee", messages=texts)


async def play(home: Path, *, is_poisoned: bool) -> None:
    """Fill the home, then play to the end; a home that was killed goes on."""
    home.mkdir(parents=True, mode=0o700, exist_ok=True)
    server = ServerSettings(folder=home / POSTGRES_FOLDER)
    catcher = Catcher(home / MAIL_FOLDER, faults=Refusing())
    async with running(server) as database:
        await catcher.start()
        opening = opened(home, database.dsn, catcher, partition_count=16)
        async with opening as house, house.running() as life:
            if not (home / FILLED).exists():
                await _fill(life, is_poisoned=is_poisoned)
                (home / FILLED).touch()
            await _play_out(house, life)
        await catcher.stop()
    _say(f"{PLAYED} {ENDS_AT.isoformat()}")


async def _fill(life: Life, *, is_poisoned: bool) -> None:
    await life.publish(per_day_max=1_000)
    for number in range(HEALTHY_COUNT):
        await life.enrol(f"ville-{number:02}", _address(f"ville-{number:02}"))
    if is_poisoned:
        plan = broken_plan()
        published = PublishSequence(hash=sequence_hash(plan), sequence=plan)
        await life.ask(submission("broken", WORKSPACE, published))
        reference = SequenceRef(plan.name, sequence_hash(plan))
        await life.enrol(BROKEN_TEXT, _address(BROKEN_TEXT), sequence=reference)
        await life.enrol(LONG_VALUE, _address(LONG_VALUE), values={"probleme": LONG})
        await life.enrol(REFUSED, _address(REFUSED))
    await life.runtime.quiet()


async def _play_out(house: House, life: Life) -> None:
    lasts_for = ENDS_AT - BEGINS_AT
    stage = Play(
        stage=life.runtime,
        intake=life.intake,
        pool=house.store.pool,
        clock=house.clock,
        cast=Caller(),
        on_progress=lambda instant: _say(f"playing {(instant - BEGINS_AT) / lasts_for:.6f}"),
    )
    await stage.run_until(ENDS_AT)


def _address(name: str) -> str:
    return f"chef@{name}.example"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Play the home that the first argument names."""
    telemetry.set_up()
    home, *words = sys.argv[1:]
    asyncio.run(play(Path(home), is_poisoned="poisoned" in words))


if __name__ == "__main__":
    main()
