"""The catcher: keeps what it accepted, through restarts, duplicates and all."""

import asyncio
import socket
from pathlib import Path

import pytest

from infra.mail.catcher import Catcher, CatcherReconciler
from infra.mail.errors import CatcherBusyError
from infra.mail.faults import Drop, Stall
from infra.mail.smtp_sender import SmtpSender
from infra.mail.smtp_settings import AnyHost
from infra.touching.protocol import Evidence
from tests.infra.mail.examples import MESSAGE_ID, SHORT, TO, outgoing, settings
from tests.infra.mail.fault_script import FaultScript


async def send_to(catcher: Catcher, *, count: int = 1) -> None:
    """Send the example message so often."""
    sender = SmtpSender(settings(catcher.port, timeouts=SHORT), hosts=AnyHost())
    for _ in range(count):
        await sender.send(outgoing())
    await sender.close()


async def test_duplicates_are_seen(catcher: Catcher) -> None:
    """At most once is what the catcher is asked to prove or to disprove."""
    await send_to(catcher, count=2)

    assert catcher.count(MESSAGE_ID) == 2
    assert [message.number for message in catcher.find(MESSAGE_ID)] == [1, 2]


async def test_holds_its_messages_after_a_restart(catcher: Catcher) -> None:
    """The crash test counts over all starts of the home."""
    await send_to(catcher)
    await catcher.stop()
    again = Catcher(catcher.folder)
    await again.start()
    await send_to(again)

    assert [message.number for message in again.messages()] == [1, 2]
    assert again.count(MESSAGE_ID) == 2
    assert [message.number for message in again.messages(after=1)] == [2]
    await again.stop()


async def test_sweeps_what_a_crash_left_unfinished(catcher: Catcher) -> None:
    """Half a message was never accepted: its 250 was not said."""
    await catcher.stop()
    unfinished = catcher.folder / "unfinished" / "00000001-abc.eml"
    unfinished.write_bytes(b"Return-Path")

    await catcher.start()

    assert (catcher.messages(), unfinished.exists()) == ((), False)


async def test_folder_is_one_catchers_at_a_time(catcher: Catcher) -> None:
    """A second one would number its messages over the first one's."""
    second = Catcher(catcher.folder)

    with pytest.raises(CatcherBusyError, match="to be used by one catcher"):
        await second.start()


async def test_taken_port_lets_go_of_the_folder(tmp_path: Path, catcher: Catcher) -> None:
    """The next start, on a free port, must not find the folder busy."""
    blocked = Catcher(tmp_path / "other", port=catcher.port)
    with pytest.raises(OSError, match="address already in use"):
        await blocked.start()

    free = Catcher(tmp_path / "other")
    await free.start()
    await free.stop()


async def test_stop_is_repeatable_and_cuts_stalled_clients(
    catcher: Catcher, faults: FaultScript
) -> None:
    """Ctrl-C must not wait for a conversation that was told never to end."""
    faults.add(TO, Stall(is_stored=False))
    await send_to(catcher)

    await catcher.stop()
    await catcher.stop()

    assert (catcher.is_running, catcher.connection_count) == (False, 0)


async def test_message_cannot_be_stored_is_refused_for_now(catcher: Catcher) -> None:
    """A full disk must not turn into an accepted message that nobody holds."""
    (catcher.folder / "unfinished").rmdir()

    sender = SmtpSender(settings(catcher.port), hosts=AnyHost())
    outcome = await sender.send(outgoing())
    await sender.close()

    assert getattr(outcome, "code", None) == 451
    assert catcher.count(MESSAGE_ID) == 0


class TestReconciler:
    """What became of a message whose answer was lost."""

    @pytest.mark.parametrize(
        ("is_stored", "evidence"), [(True, Evidence.FOUND), (False, Evidence.ABSENT)]
    )
    async def test_settles_what_was_in_doubt(
        self, catcher: Catcher, faults: FaultScript, *, is_stored: bool, evidence: Evidence
    ) -> None:
        """Found means sent; surely absent means that it may be attempted again."""
        faults.add(TO, Drop(is_stored=is_stored))
        await send_to(catcher)

        assert await CatcherReconciler(catcher).find(MESSAGE_ID) == evidence

    async def test_cannot_tell_while_a_message_is_on_its_way(self, catcher: Catcher) -> None:
        """Called absent now, it is attempted again, and then arrives twice."""
        with socket.create_connection((catcher.host, catcher.port)) as client:
            for line in (b"EHLO x", b"MAIL FROM:<a@b.example>"):
                client.sendall(line + b"\r\n")
            async with asyncio.timeout(5):
                while catcher.is_quiet:  # its loop is ours: each turn lets it read on
                    await asyncio.get_running_loop().run_in_executor(None, int)

            evidence = await CatcherReconciler(catcher).find(MESSAGE_ID)

        assert evidence == Evidence.UNCLEAR

    async def test_cannot_tell_when_the_catcher_is_down(self, catcher: Catcher) -> None:
        """Its folder may have another owner by now."""
        await catcher.stop()

        assert await CatcherReconciler(catcher).find(MESSAGE_ID) == Evidence.UNCLEAR
