"""A real Apache Kafka for tests: one broker of one node, on free ports, for a session."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from infra.store.binaries import end_with_parent
from tools.kafka import (
    READY,
    START_SECONDS,
    STOP_SECONDS,
    KafkaStartError,
    bring_jars,
    broker_command,
    format_storage,
    write_settings,
)


@asynccontextmanager
async def kafka_for_tests() -> AsyncIterator[str]:
    """Run a broker; give its address.  It ends with the test process, however that ends."""
    jars = await asyncio.to_thread(bring_jars)
    folder = Path(tempfile.mkdtemp(prefix="relance-kafka-"))
    try:
        port, controller_port = _free_ports()
        write_settings(folder, port=port, controller_port=controller_port)
        await asyncio.to_thread(format_storage, jars, folder)
        process = await _start(jars, folder)
        try:
            await _until_ready(process)
            drained = asyncio.create_task(_drain(process))
            yield f"127.0.0.1:{port}"
            await _stop(process)
            await drained
        finally:
            await _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return int(first.getsockname()[1]), int(second.getsockname()[1])


async def _start(jars: Path, folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *end_with_parent(),
        *broker_command(jars, folder),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        start_new_session=True,
    )


async def _until_ready(process: asyncio.subprocess.Process) -> None:
    printed: list[bytes] = []
    try:
        async with asyncio.timeout(START_SECONDS):
            async for line in _lines(process):
                printed.append(line)
                if READY in line:
                    return
    except TimeoutError:
        pass
    raise KafkaStartError(b"".join(printed[-20:]).decode(errors="replace"))


async def _lines(process: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    if process.stdout is None:
        raise KafkaStartError(last_lines="no output")
    async for line in process.stdout:
        yield line


async def _drain(process: asyncio.subprocess.Process) -> None:
    # A full pipe would stop the broker.
    async for _ in _lines(process):
        pass


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
