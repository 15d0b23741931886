"""What the servers of the tests say when they cannot be brought."""

from pathlib import Path

import pytest

from tests.servers.prepare import main
from tools.kafka import KafkaMissingError, bring_jars


def test_missing_java_is_said_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A test run must not skip in silence, nor end in a traceback about a missing file."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(
        KafkaMissingError, match="run as root: apt-get install -y default-jre-headless maven"
    ):
        bring_jars()


def test_preparing_where_nothing_may_be_installed_says_which_command_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without apt nothing is tried: the user decides how to install."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main() == 1
    assert "apt-get install -y --no-install-recommends" in capsys.readouterr().err
