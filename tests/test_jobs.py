"""Periodic jobs run, and one that fails stops no other."""

from __future__ import annotations

import asyncio
import io

from gateway.jobs import Job, schedule
from gateway.log import Log


async def test_a_failing_job_is_logged_and_the_others_go_on() -> None:
    done = asyncio.Event()
    out = io.StringIO()

    async def fail() -> None:
        raise RuntimeError("a value that must not be logged")

    async def work() -> None:
        if "job failed" in out.getvalue():
            done.set()

    scheduler = schedule([Job("fail", 0.01, fail), Job("work", 0.01, work)], Log(out))
    scheduler.start()
    try:
        await asyncio.wait_for(done.wait(), 5)
    finally:
        scheduler.shutdown(wait=False)
        await asyncio.sleep(0)
    assert "RuntimeError" in out.getvalue()
    assert "must not" not in out.getvalue()
