"""A real Apache Kafka for tests: one broker of one node, on free ports, for a session."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from infra.store.binaries import end_with_parent

KAFKA_VERSION = "4.3.1"
ROOT = Path(__file__).resolve().parents[2]
JARS = ROOT / ".cache" / "kafka" / KAFKA_VERSION / "libs"
POM = Path(__file__).with_name("pom.xml")
PACKAGES = ("default-jre-headless", "maven")
START_SECONDS = 60
STOP_SECONDS = 30
DOWNLOAD_SECONDS = 600
READY = b"Kafka Server started"
HEAP = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
LOG4J = """<Configuration status="warn">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console></Appenders>
  <Loggers>
    <Logger name="kafka.server.KafkaRaftServer" level="info"/>
    <Root level="warn"><AppenderRef ref="out"/></Root>
  </Loggers>
</Configuration>
"""


class KafkaMissingError(Exception):
    """Java or Maven is not there, so Kafka cannot be brought."""

    def __init__(self, command: str) -> None:
        super().__init__(
            f"expected the command {command} to be installed, got: none; run as root: "
            f"apt-get install -y {' '.join(PACKAGES)}"
        )
        self.command = command


class KafkaStartError(Exception):
    """The broker ended, or was not ready in time."""

    def __init__(self, last_lines: str) -> None:
        super().__init__(
            f"expected Kafka to be ready within {START_SECONDS} s, got: {last_lines or 'nothing'}"
        )
        self.last_lines = last_lines


def bring_jars() -> Path:
    """Return the folder of Kafka's jars, downloaded by Maven the first time.

    Raises:
        KafkaMissingError: Java or Maven is not installed.
    """
    for command in ("java", "mvn"):
        if shutil.which(command) is None:
            raise KafkaMissingError(command)
    if not JARS.is_dir():
        _download()
    return JARS


def _download() -> None:
    # Beside, then renamed: what is there is whole, also when two workers race.
    JARS.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=JARS.parent, prefix="unfinished-"))
    subprocess.run(
        (
            *("mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"),
            f"-DoutputDirectory={unfinished}",
        ),
        check=True,
        timeout=DOWNLOAD_SECONDS,
    )
    try:
        unfinished.rename(JARS)
    except OSError:
        if not JARS.is_dir():
            raise
        shutil.rmtree(unfinished)


@asynccontextmanager
async def kafka_for_tests() -> AsyncIterator[str]:
    """Run a broker; give its address.  It ends with the test process, however that ends."""
    jars = await asyncio.to_thread(bring_jars)
    folder = Path(tempfile.mkdtemp(prefix="relance-kafka-"))
    try:
        port = _write_settings(folder)
        await _format(jars, folder)
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


def _write_settings(folder: Path) -> int:
    port, controller_port = _free_ports()
    (folder / "log4j2.xml").write_text(LOG4J)
    (folder / "server.properties").write_text(
        f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={folder / "data"}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
log.segment.delete.delay.ms=0
"""
    )
    return port


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return int(first.getsockname()[1]), int(second.getsockname()[1])


def _java(jars: Path, *words: str) -> tuple[str, ...]:
    return (shutil.which("java") or "java", *HEAP, "-cp", f"{jars}/*", *words)


async def _format(jars: Path, folder: Path) -> None:
    settings = str(folder / "server.properties")
    cluster_id = "relance-tests-00000000"  # 22 characters, as a base64 UUID has
    process = await asyncio.create_subprocess_exec(
        *_java(
            jars,
            f"-Dlog4j2.configurationFile={folder / 'log4j2.xml'}",
            *("kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", settings),
        ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    if process.returncode != 0:
        raise KafkaStartError(printed.decode(errors="replace"))


async def _start(jars: Path, folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *end_with_parent(),
        *_java(
            jars,
            f"-Dlog4j2.configurationFile={folder / 'log4j2.xml'}",
            *("kafka.Kafka", str(folder / "server.properties")),
        ),
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
