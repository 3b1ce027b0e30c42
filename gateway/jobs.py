"""The periodic jobs of `run`, by APScheduler: made in code at each start, never stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from gateway.log import Event, Log


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done again and again; doing it once more than needed does no harm.

    Attributes:
        every: seconds from one time to the next.
        at_start: also at once, for what a program that often starts anew would never come to.
    """

    name: str
    every: float
    do: Callable[[], Awaitable[None]]
    at_start: bool = False


def schedule(jobs: list[Job], log: Log) -> AsyncIOScheduler:
    """A scheduler with these jobs, to be started in a running loop.

    A job that fails is logged by the class of its error and tried again at its next time; one that
    takes longer than its period is not started a second time beside itself.
    """
    scheduler = AsyncIOScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for job in jobs:
        first = {"next_run_time": datetime.now(UTC)} if job.at_start else {}
        scheduler.add_job(
            _guarded(job, log), "interval", seconds=job.every, id=job.name, name=job.name, **first
        )
    return scheduler


def _guarded(job: Job, log: Log) -> Callable[[], Awaitable[None]]:
    async def once() -> None:
        try:
            await job.do()
        except Exception as error:  # a failing job must not end the others
            log.note(Event.JOB_FAILED, job=job.name, error=type(error).__name__)

    return once
