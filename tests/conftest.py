"""What holds for every test: loopback only, and in CI nothing is skipped."""

from __future__ import annotations

import ipaddress
import os
import sys

import pytest


def _stay_at_home(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse every connection that would leave this computer."""
    if event not in ("socket.connect", "socket.sendto"):
        return
    address = arguments[1]
    if not isinstance(address, tuple):
        return
    host = str(address[0])
    try:
        inside = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        inside = host == "localhost"
    if not inside:
        raise PermissionError(f"a test tried to reach {host}: tests stay on loopback")


sys.addaudithook(_stay_at_home)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if reporter and skipped and os.environ.get("CI") == "true" and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"CI=true: {len(skipped)} skipped, nothing may be skipped", red=True)
