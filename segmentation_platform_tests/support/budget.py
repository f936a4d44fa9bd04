"""In CI the tests have a budget: beyond TEST_BUDGET_SECONDS, summed over all workers, the run fails.

A suite gets slow by a second here and there, which nobody notices. The sum of the tests' own seconds hardly depends
on how many workers there are, as the time on the wall does.
"""

import os
from collections import defaultdict

import pytest
from _pytest.terminal import TerminalReporter

_SHOWN = 30


class Budget:
    """Sums up the seconds of tests by wing, those of their fixtures included."""

    def __init__(self, allowed: float) -> None:
        self._allowed = allowed
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @property
    def spent(self) -> float:
        """All seconds so far."""
        return sum(self._seconds.values())

    @property
    def is_overdrawn(self) -> bool:
        """Whether more was spent than is allowed."""
        return self.spent > self._allowed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what a test took."""
        self._seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail when too much was spent, also where every test has passed."""
        if self.is_overdrawn and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Tell the sum by wing, and the slowest tests if it was too much."""
        terminalreporter.section("seconds of tests")
        wings: defaultdict[str, float] = defaultdict(float)
        for name, seconds in self._seconds.items():
            wings["/".join(name.split("/")[1:2])] += seconds
        for wing, seconds in sorted(wings.items()):
            terminalreporter.line(f"{seconds:8.0f} s {wing}")
        words = f"{self.spent:8.0f} s of {self._allowed:.0f} s"
        terminalreporter.line(words, red=self.is_overdrawn)
        if self.is_overdrawn:
            terminalreporter.line("The tests take longer than they may. The slowest:")
            slowest = sorted(self._seconds.items(), key=lambda item: -item[1])[:_SHOWN]
            for name, seconds in slowest:
                terminalreporter.line(f"{seconds:8.1f} s {name}")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the budget where there is one; with workers, in the process that hears of all of them."""
    allowed = os.environ.get("TEST_BUDGET_SECONDS")
    if allowed and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Budget(float(allowed)), "budget")
