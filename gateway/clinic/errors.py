"""What can go wrong while a FHIR server is read, by what the clinician can do."""

from __future__ import annotations


class FhirProblem(Exception):
    """The server could not be read.

    Attributes:
        next_step: one sentence that says what to do.
    """

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step


class FhirUnreachable(FhirProblem):
    """No answer, or none in time: try again."""


class FhirRefused(FhirProblem):
    """The server answered, but not with what was asked for.

    Attributes:
        status: its HTTP status.
    """

    def __init__(self, what: str, next_step: str, status: int) -> None:
        super().__init__(what, next_step)
        self.status = status


class FhirNotFound(FhirRefused):
    """The server does not know this resource."""
