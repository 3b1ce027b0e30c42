"""An invitation to a FHIR server on this computer: for practice, or one's own."""

from __future__ import annotations

import hashlib

from gateway.sharing.invitation import (
    Contact,
    Contacts,
    Invitation,
    Party,
    Policy,
    SignIn,
    Transfer,
)

_TEXT = """This server runs on this computer. Nobody else runs it, and no clinic sees it.

What is sent here stays here until you delete it on the server. It is kept without an end date,
and it is not used for care: nobody looks at it for you.
"""


def sandbox_invitation(
    fhir_base: str, patient: str = "create", *, own_server: bool = False
) -> Invitation:
    """An invitation that says honestly that the server is on this computer.

    Args:
        fhir_base: address of the server, on loopback.
        patient: the record to write to, or ``create``.
        own_server: the person's own server, for a real home, rather than a practice one.
    """
    name = (
        "Your own server on this computer" if own_server else "A practice server on this computer"
    )
    oneself = Contact(name="You, who run this computer", address="at this computer")
    party = Party(id="this-computer", name=name)
    return Invitation(
        format="health-gateway-invitation-1",
        title=name,
        server="own" if own_server else "sandbox",
        fhir_base=fhir_base,
        patient=patient,
        entity=party,
        controller=party,
        contacts=Contacts(
            privacy_office=oneself,
            authority=Contact(
                name="None: no other organisation has your readings here",
                address="at this computer",
            ),
        ),
        legal_basis="Your own use at home; no organisation is involved",
        country="ZZ",
        transfer=Transfer(mechanism="this_computer"),
        processors=(),
        policy=Policy(
            url=fhir_base,
            version="1",
            sha256=hashlib.sha256(_TEXT.encode()).hexdigest(),
            text=_TEXT,
        ),
        purposes=("PATRQT", "TREAT"),
        retention="Kept on this computer until you delete it there",
        sign_in=SignIn(method="none"),
    )
