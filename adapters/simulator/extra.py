"""The simulator's one optional package."""

from __future__ import annotations

from importlib.util import find_spec

from adapters.errors import AdapterError


def need_bumble() -> None:
    """Check that Bumble, on which the virtual radio stands, is installed.

    Raises:
        AdapterError: it is not; the next step says how to install it.
    """
    if find_spec("bumble") is None:
        raise AdapterError(
            "The simulator is not installed.",
            'Install it with: pip install "health-gateway[simulator]"',
        )
