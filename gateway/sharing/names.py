"""The identifier systems under which this program's ids stand at a recipient.

Fixed for ever: a server knows a reading again by system and value. They are UUID URNs (RFC 9562),
since a system has to be a URI and this one belongs to no web site.
"""

from __future__ import annotations

from typing import Final

READING_SYSTEM: Final = "urn:uuid:3c9f5d0e-52c1-4b7c-9a53-8d1f0f6a7e11"
"""Of an Observation's keyed id."""

DEVICE_SYSTEM: Final = "urn:uuid:3c9f5d0e-52c1-4b7c-9a53-8d1f0f6a7e12"
"""Of a Device's keyed id: sensors and this gateway."""

LOOK_SYSTEM: Final = "urn:uuid:3c9f5d0e-52c1-4b7c-9a53-8d1f0f6a7e16"
"""Of the keyed id of a look at a sensor's clock."""

PATIENT_SYSTEM: Final = "urn:uuid:3c9f5d0e-52c1-4b7c-9a53-8d1f0f6a7e13"
"""Of the keyed id of a Patient that the gateway made itself."""

RELATED_PERSON_SYSTEM: Final = "urn:uuid:3c9f5d0e-52c1-4b7c-9a53-8d1f0f6a7e15"
"""Of the keyed id of somebody who decides for the person."""

CONSENT_SYSTEM: Final = "urn:uuid:3c9f5d0e-52c1-4b7c-9a53-8d1f0f6a7e14"
"""Of a grant in the person's consent ledger."""

NOWHERE: Final = "-"
"""Remembered as the place of what the recipient does not take, and that can be done without."""
