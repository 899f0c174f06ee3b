"""Adapters are tested against the real packages. A test file begins with `pytest.importorskip("polars")`: where the
package is missing it is skipped, and where everything must be there (TEXTFIX_ADAPTERS=1, as `.ci/run` sets it in the
environments that have the extras) it fails.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EVERYTHING = os.environ.get("TEXTFIX_ADAPTERS") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that is skipped because its package is missing has not been tested."""
    report = yield
    if EVERYTHING and report.outcome == "skipped" and HERE in collector.path.parents:
        report.outcome = "failed"
        report.longrepr = f"TEXTFIX_ADAPTERS=1, and {collector.path.name} was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The same for a test that asks for a package of its own."""
    report = yield
    if EVERYTHING and report.skipped and HERE in item.path.parents and "could not import" in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"TEXTFIX_ADAPTERS=1, and {item.name} was skipped: {report.longrepr}"
    return report
