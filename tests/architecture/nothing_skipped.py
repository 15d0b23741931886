"""Fail a run in which a test was skipped, and say which.

Loaded by pytest for every run.  A skipped test looks green and guards nothing.
"""

import pytest

SKIPPED = pytest.StashKey[list[str]]()


class NothingSkipped:
    """Notes each skipped or expectedly failed test of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        config.stash[SKIPPED] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that did not run to its end."""
        if report.skipped:
            self.config.stash[SKIPPED].append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a whole file that took itself out."""
        if report.skipped:
            self.config.stash[SKIPPED].append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a green run with skipped tests into a failed one."""
        if self.config.stash[SKIPPED] and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the tests and the remedy."""
        for node_id in self.config.stash[SKIPPED]:
            terminalreporter.write_line(
                f"SKIPPED {node_id}: bring what it needs in tests/servers, or delete the test",
                red=True,
            )


def pytest_configure(config: pytest.Config) -> None:
    """Watch this run."""
    config.pluginmanager.register(NothingSkipped(config), "nothing_skipped_watch")
