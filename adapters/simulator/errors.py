"""What can go wrong with a simulation, by what the caller can do."""

from __future__ import annotations

from collections.abc import Sequence


class ScenarioRefused(ValueError):
    """A scenario file that cannot be run: show it to whoever wrote it.

    Attributes:
        where: the file.
        problems: one sentence each; what is wrong and what to write instead.
    """

    def __init__(self, where: str, problems: Sequence[str]) -> None:
        super().__init__(f"{where}: " + "; ".join(problems))
        self.where = where
        self.problems = tuple(problems)
