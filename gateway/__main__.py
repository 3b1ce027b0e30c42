"""`python -m gateway` is `health-gateway`."""

from __future__ import annotations

from gateway.cli import main

main()
