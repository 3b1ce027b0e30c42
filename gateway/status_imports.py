"""How imports are doing: the last one, and the folder that is looked into. No name of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from adapters.healthkit.report import ImportReport
from adapters.reading import Instant
from gateway.app import House
from gateway.status import is_running
from gateway.store.courtesy import somebody_is_live
from gateway.store.import_runs import ImportRun, file_of_imports

FolderState = Literal["looked into", "not looked into", "not there"]


def folder_state(house: House) -> FolderState | None:
    """How it is with the folder that `config.toml` names; None where it names none."""
    folder = house.settings.import_.folder
    if not folder:
        return None
    try:
        next(Path(folder).expanduser().iterdir(), None)
    except OSError:
        return "not there"
    return "looked into" if is_running(house, "collect") else "not looked into"


def goes_on(house: House, run: ImportRun, now: Instant) -> bool:
    """Whether an import is being read just now."""
    return run.goes_on(now, any_alive=somebody_is_live(file_of_imports(house.path)))


def import_state(house: House, run: ImportRun, now: Instant) -> dict[str, object]:
    """An import as `run --json` and `status --json` tell it."""
    state = "interrupted"
    if run.finished_at is not None:
        state = "done"
    elif run.refused:
        state = "refused"
    elif goes_on(house, run, now):
        state = "being read"
    told: dict[str, object] = {"number": run.id, "state": state}
    if state == "refused":
        return told | {name: run.report.get(name, "") for name in ("said", "next_step")}
    if state == "done" and ImportReport.from_dict(run.report).in_part:
        told["state"] = "done in part"
    return told | {name: run.report.get(name, 0) for name in ("new", "rows")}


def import_words(house: House, run: ImportRun, now: Instant) -> str:
    """The same for a person, with what to type next."""
    told = import_state(house, run, now)
    match told["state"]:
        case "done":
            count = f"{told['new']:,} new of {told['rows']:,} readings"
            return f"Apple Health export imported: {count}. {_more(run)}"
        case "done in part":
            count = f"{told['new']:,} new of {told['rows']:,} readings"
            return (
                f"Apple Health export imported as far as it could be read: {count}."
                f" Its file is damaged or not whole: copy or export it again. {_more(run)}"
            )
        case "refused":
            return f"Apple Health export not read: {told['said']} {told['next_step']} {_more(run)}"
        case "being read":
            return f"An Apple Health export is being read. {_more(run)}"
        case _:
            return f"An Apple Health export was read in part: import it again. {_more(run)}"


def _more(run: ImportRun) -> str:
    return f"See: health-gateway import --show {run.id}"
