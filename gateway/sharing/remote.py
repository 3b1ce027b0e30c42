"""What Observations point to at a recipient: the Patient, this gateway, the sensors, their clocks.

Each is made there once (conditional create) and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from adapters.kinds import Kind
from adapters.reading import DeviceFacts, DeviceKey
from fhir_mappings.bundle import if_none_exist
from fhir_mappings.device import device_resource, gateway_device
from fhir_mappings.device_metric import device_metric, has_metric
from fhir_mappings.patient import patient_resource
from fhir_mappings.related_person import related_person
from fhir_mappings.shape import Adapter
from fhir_mappings.systems import PHD_COINCIDENT, PHD_METRIC
from gateway.sharing.answers import is_deferral, reference_in, references_by_id
from gateway.sharing.claim import Plan
from gateway.sharing.compose import References, adapter_of
from gateway.sharing.consent import Grant
from gateway.sharing.errors import NotTaken
from gateway.sharing.looks import SensorLook, look_body
from gateway.sharing.names import (
    DEVICE_SYSTEM,
    LOOK_SYSTEM,
    NOWHERE,
    PATIENT_SYSTEM,
    RELATED_PERSON_SYSTEM,
)
from gateway.sharing.post import Parts, Post
from gateway.sharing.recipients import Recipient, outbound_id
from gateway.store.devices import Devices
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow

_GATEWAY = "gateway"


class Remote:
    """What stands at one recipient."""

    def __init__(self, parts: Parts, recipient: Recipient, post: Post) -> None:
        self._parts = parts
        self._recipient = recipient
        self._post = post
        self._known: dict[str, str] = {}
        self.conditional = True
        """Whether the server makes a thing once by itself; else it is asked before."""

    async def references(self, plan: Plan) -> References:
        """Everything that a plan's Observations point to; what is missing is made there first.

        Raises:
            UploadDeferred: the recipient did not take one of them.
            SendingStopped: something was decided meanwhile.
        """
        if not self._known:
            self._known = await self._parts.do(_remembered, self._parts.db, self._recipient.key)
        simulated = any(row.simulated for row in plan.series)
        subject = self._recipient.patient or await self._patient(plan, simulated)
        gateway = await self._thing(
            plan,
            _GATEWAY,
            lambda identifier: gateway_device(
                identifier,
                system=DEVICE_SYSTEM,
                version=self._parts.version,
                simulated=simulated,
                profiles=self._recipient.invitation.profiles,
            ),
        )
        devices: dict[str, str] = {row.device: await self._sensor(plan, row) for row in plan.series}
        await self._related_person(plan, subject, simulated)
        if PHD_METRIC in self._recipient.invitation.profiles:
            for row in plan.series:
                await self._metric(plan, row, devices[row.device])
        asks = PHD_COINCIDENT in self._recipient.invitation.profiles
        return References(subject, gateway, devices, dict(self._known) if asks else None)

    async def with_looks(
        self, plan: Plan, references: References, looks: Iterable[SensorLook]
    ) -> References:
        """The same, with where these looks stand; readings go without one that is not taken.

        Raises:
            UploadDeferred: the recipient takes nothing now.
            SendingStopped: something was decided meanwhile.
        """
        for look in looks:
            await self._look(plan, references, look)
        return replace(references, looks=dict(self._known))

    async def _look(self, plan: Plan, references: References, look: SensorLook) -> None:
        def body(identifier: str) -> bytes:
            return look_body(
                look,
                identifier,
                device=references.devices[look.device],
                gateway_device=references.gateway,
                profiles=self._recipient.invitation.profiles,
            )

        await self._thing(plan, look.what, body, "Observation", LOOK_SYSTEM, can_do_without=True)

    async def _patient(self, plan: Plan, simulated: bool) -> str:
        known = self._known.get("patient")
        if known is None:
            identifier = outbound_id(
                self._recipient.secret, f"patient\n{self._recipient.person}", 0
            )
            body = patient_resource(identifier, system=PATIENT_SYSTEM, simulated=simulated)
            known = await self._make(plan, "Patient", body, PATIENT_SYSTEM, identifier)
            await self._parts.do(self._parts.recipients.written_to, self._recipient.key, known)
            self._known["patient"] = known
        return known

    async def _related_person(self, plan: Plan, subject: str, simulated: bool) -> None:
        """Who agreed in place of the person, where somebody did: Provenance points to them."""
        grant = (await self._parts.do(self._parts.ledger.state)).grants[plan.consent]
        if grant.by is None or grant.relationship is None:
            return
        relationship = grant.relationship

        def body(identifier: str) -> bytes:
            return related_person(
                identifier,
                system=RELATED_PERSON_SYSTEM,
                patient=subject,
                relationship=relationship,
                simulated=simulated,
            )

        what = decider(grant)
        await self._thing(plan, what, body, "RelatedPerson", RELATED_PERSON_SYSTEM)

    async def _metric(self, plan: Plan, series: SeriesRow, device: str) -> None:
        """What a Bluetooth sensor measures of this plan, where MDC has a code for it.

        Only for a recipient that asks for them; nothing points to one, so what another grant covers
        is not told of.
        """
        facts, adapter = await self._parts.do(_make_of, self._parts.db, series)
        if adapter != "ble" or not has_metric(series.kind, facts.body_site):
            return

        def body(identifier: str) -> bytes:
            return device_metric(
                series.kind,
                identifier,
                system=DEVICE_SYSTEM,
                device=device,
                simulated=series.simulated,
                body_site=facts.body_site,
                profiles=self._recipient.invitation.profiles,
            )

        what = f"metric:{series.device}:{series.kind}"
        await self._thing(plan, what, body, "DeviceMetric", DEVICE_SYSTEM, can_do_without=True)

    async def _sensor(self, plan: Plan, series: SeriesRow) -> str:
        what = f"device:{series.device}"
        if what in self._known:
            return self._known[what]
        facts, adapter = await self._parts.do(_make_of, self._parts.db, series)
        kinds: list[Kind] = [row.kind for row in plan.series if row.device == series.device]

        def body(identifier: str) -> bytes:
            return device_resource(
                facts,
                identifier,
                system=DEVICE_SYSTEM,
                adapter=adapter,
                simulated=series.simulated,
                kinds=kinds,
                profiles=self._recipient.invitation.profiles,
            )

        return await self._thing(plan, what, body)

    async def _thing(
        self,
        plan: Plan,
        what: str,
        body: Callable[[str], bytes],
        kind: str = "Device",
        system: str = DEVICE_SYSTEM,
        *,
        can_do_without: bool = False,
    ) -> str:
        """Make it once and remember where; one that can be done without is asked for once."""
        if what not in self._known:
            identifier = outbound_id(self._recipient.secret, what, 0)
            try:
                reference = await self._make(plan, kind, body(identifier), system, identifier)
            except NotTaken:
                if not can_do_without:
                    raise
                reference = NOWHERE
            await self._parts.do(_remember, self._parts.db, self._recipient.key, what, reference)
            self._known[what] = reference
        return self._known[what]

    async def _make(self, plan: Plan, kind: str, body: bytes, system: str, identifier: str) -> str:
        search = if_none_exist(system, identifier)
        if not self.conditional and (there := await self._where(plan, kind, system, identifier)):
            return there
        answer = await self._post.send(
            "POST", kind, body, ledger_seq=plan.ledger_seq, only_if_none=search
        )
        reference = reference_in(answer.headers.get("Location", ""))
        if answer.status in (200, 201) and reference.startswith(f"{kind}/"):
            return reference
        is_there = answer.status in (200, 201, 412)  # ask where
        if is_there and (there := await self._where(plan, kind, system, identifier)):
            return there
        refused = self._post.refused(answer, f"The recipient did not take a {kind}")
        if is_deferral(answer.status) or answer.status == 401:
            raise refused
        raise NotTaken(refused.why, refused.retry_after)

    async def _where(self, plan: Plan, kind: str, system: str, identifier: str) -> str:
        """Where it stands, by asking; empty where that is not said."""
        search = if_none_exist(system, identifier)
        found = await self._post.send("GET", f"{kind}?{search}", ledger_seq=plan.ledger_seq)
        if is_deferral(found.status) or found.status == 401:
            raise self._post.refused(found, "The recipient did not answer a question")
        try:
            return references_by_id(found.body, system).get(identifier, "")
        except ValueError:
            return ""


def decider(grant: Grant) -> str:
    """Under which name it is remembered where who agreed in place of a person stands."""
    return f"decider:{grant.by}:{grant.relationship}"


def _remembered(db: Database, recipient: str) -> dict[str, str]:
    rows = db.conn.execute("SELECT what, reference FROM remote WHERE recipient = ?", (recipient,))
    return dict(rows.fetchall())


def _remember(db: Database, recipient: str, what: str, reference: str) -> None:
    db.conn.execute(
        "INSERT INTO remote VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET reference = excluded.reference",
        (recipient, what, reference),
    )


def _make_of(db: Database, series: SeriesRow) -> tuple[DeviceFacts, Adapter]:
    device = Devices(db).get(DeviceKey(series.device))
    facts = device.facts if device else DeviceFacts(series.person, series.device, "")
    return facts, adapter_of(db, series)
