"""Run a real Apache Kafka broker for trying: `make kafka`, `make kafka-stop`.

It listens on loopback only, keeps its data in `.kafka`, and outlives the terminal.  The jars
come from Maven once, in the version that the tests use.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KAFKA_VERSION = "4.3.1"
ROOT = Path(__file__).resolve().parents[1]
JARS = ROOT / ".cache" / "kafka" / KAFKA_VERSION / "libs"
POM = Path(__file__).with_name("kafka.pom.xml")
PACKAGES = ("default-jre-headless", "maven")
COMMANDS = ("java", "mvn")
FOLDER = ROOT / ".kafka"
PORT = 9092
START_SECONDS = 60
STOP_SECONDS = 30
DOWNLOAD_SECONDS = 600
READY = b"Kafka Server started"
CLUSTER = "relance-trying-0000000"  # 22 characters, as a base64 UUID has
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


class PortTakenError(Exception):
    """Something else listens where the broker would."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"expected port {port} of loopback to be free, got: something listens there; "
            f"make kafka ARGS='--port {port + 100}'"
        )
        self.port = port


def main() -> int:
    """Start or stop the broker; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.kafka", description=__doc__)
    parser.add_argument("act", choices=("start", "stop"))
    parser.add_argument("--port", type=int, default=PORT, help="on loopback; the next one too")
    asked = parser.parse_args()
    try:
        print(stop(FOLDER) if asked.act == "stop" else start(FOLDER, asked.port))
    except (KafkaMissingError, KafkaStartError, PortTakenError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def start(folder: Path, port: int) -> str:
    """Start the broker of a folder, and say how to use it; one that runs is left alone.

    Raises:
        KafkaMissingError, KafkaStartError, PortTakenError: It does not run.
    """
    if running_process(folder) is None:
        jars = bring_jars()
        for wanted in (port, port + 1):
            _expect_free(wanted)
        folder.mkdir(mode=0o700, exist_ok=True)
        write_settings(folder, port=port, controller_port=port + 1)
        format_storage(jars, folder)
        _start(jars, folder)
    return f"Kafka {KAFKA_VERSION} runs: relance up --log kafka://{address(folder)}"


def stop(folder: Path) -> str:
    """Stop the broker of a folder, and say so; its data stays."""
    process_id = running_process(folder)
    if process_id is None:
        return f"no Kafka runs in {folder}"
    os.kill(process_id, signal.SIGTERM)
    ends_at_seconds = time.monotonic() + STOP_SECONDS
    while running_process(folder) is not None:
        if time.monotonic() > ends_at_seconds:
            os.kill(process_id, signal.SIGKILL)
        time.sleep(0.1)
    return f"Kafka stopped; its data stays in {folder}"


def bring_jars() -> Path:
    """Return the folder of Kafka's jars, downloaded by Maven the first time.

    Raises:
        KafkaMissingError: Java or Maven is not installed.
    """
    for command in COMMANDS:
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


def write_settings(folder: Path, *, port: int, controller_port: int) -> None:
    """Write what a broker of one node needs, on loopback."""
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


def format_storage(jars: Path, folder: Path) -> None:
    """Make the broker's folder one that it starts on; one that is formatted stays.

    Raises:
        KafkaStartError: The storage tool refused.
    """
    settings = str(folder / "server.properties")
    words = ("format", "--ignore-formatted", "-t", CLUSTER, "-c", settings)
    printed = subprocess.run(
        java(jars, folder, "kafka.tools.StorageTool", *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=START_SECONDS,
    )
    if printed.returncode != 0:
        raise KafkaStartError(printed.stdout.decode(errors="replace"))


def java(jars: Path, folder: Path, *words: str) -> tuple[str, ...]:
    """Return the command that runs a class of Kafka with a broker's settings."""
    logging = f"-Dlog4j2.configurationFile={folder / 'log4j2.xml'}"
    return (shutil.which("java") or "java", *HEAP, logging, "-cp", f"{jars}/*", *words)


def broker_command(jars: Path, folder: Path) -> tuple[str, ...]:
    """Return the command that runs a broker in the foreground."""
    return java(jars, folder, "kafka.Kafka", str(folder / "server.properties"))


def running_process(folder: Path) -> int | None:
    """Return the id of the broker that runs in a folder, if one does."""
    try:
        process_id = int((folder / "pid").read_text())
        command = Path(f"/proc/{process_id}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return process_id if str(folder).encode() in command else None


def address(folder: Path) -> str:
    """Return where the broker of a folder listens."""
    lines = (folder / "server.properties").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    return settings["advertised.listeners"].removeprefix("PLAINTEXT://")


def _start(jars: Path, folder: Path) -> None:
    log = folder / "broker.log"
    with log.open("wb") as printed:
        process = subprocess.Popen(
            broker_command(jars, folder),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
        )
    (folder / "pid").write_text(str(process.pid))
    ends_at_seconds = time.monotonic() + START_SECONDS
    while READY not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > ends_at_seconds:
            process.kill()
            raise KafkaStartError(b"\n".join(log.read_bytes().splitlines()[-20:]).decode())
        time.sleep(0.1)


def _expect_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTakenError(port) from None


if __name__ == "__main__":
    sys.exit(main())
