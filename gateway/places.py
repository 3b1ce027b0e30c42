"""Where a home is when nobody says otherwise."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def default_home() -> Path:
    """`HEALTH_GATEWAY_HOME`, else the place that this system has for a program's data."""
    if told := os.environ.get("HEALTH_GATEWAY_HOME"):
        return Path(told)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "health-gateway"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "health-gateway"
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "health-gateway"
