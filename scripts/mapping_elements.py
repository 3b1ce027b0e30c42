"""The part of `docs/mapping.md` for a clinic's informatics department: every element, once."""

from __future__ import annotations

from adapters.kinds import all_kinds, members_of, tier_of
from fhir_mappings.statistics import BESIDE
from fhir_mappings.systems import STATISTICS
from gateway.sharing.amending import MOST_LINKS
from gateway.sharing.members import MOST_MEMBERS

ELEMENTS = (
    ("`meta.profile`", "what the invitation names and the Observation fulfils; nothing else"),
    ("`meta.security`", "`PATAST` always; `HTEST` on everything simulated"),
    ("`meta.tag`", "`us-core-tags#patient-supplied` where the invitation names a US Core profile"),
    ("`extension`", "`observation-gatewayDevice`, the Device of this gateway, from Bluetooth; "
     "`CoincidentTimeStampReference`, the look at the sensor's clock that set this reading's time "
     "right, where the recipient took it"),
    ("`identifier`", "one keyed value, 43 URL-safe letters, the same for one reading for ever and "
     "another at every recipient; under the system of the guide's conditional create too, where a "
     "PHD profile is claimed"),
    ("`status`", "`final`; `preliminary` for an early estimate; `amended` where a value was "
     "corrected after it was sent; `entered-in-error` where it was taken back"),
    ("`category`", "of R4, and `phd` from Bluetooth"),
    ("`code`", "the codes of the kind, general ones before those of the source; see the kinds"),
    ("`subject`, `performer`", "the Patient that the invitation names"),
    ("`effective[x]`", "dateTime for an instant, Period for what lasted; UTC, milliseconds"),
    ("`issued`", "when it was made ready to be sent"),
    ("`value[x]`", "Quantity with the digits that the device sent (36.60 stays 36.60); "
     "CodeableConcept for a word; SampledData for samples, whole numbers with a factor"),
    ("`dataAbsentReason`", "in the stead of a value, for every reason that a device can give"),
    ("`interpretation`, `note`", "what is doubtful; see below"),
    ("`bodySite`", "where the device says it"),
    ("`method`", "of a summary: average or sum"),
    ("`device`", "the Device of the sensor: maker, model, versions; never a serial number"),
    ("`hasMember`", "of groups: their readings that stand at the recipient, up to "
     f"{MOST_MEMBERS:,}; see below"),
    ("`derivedFrom`", "of what was put together from Observations that stand at the recipient: all "
     f"of them, where they are {MOST_LINKS} at the most"),
    ("`component`", "the parts of a measurement; of a summary its figures; of an oximeter's "
     "spot check PHD's supplemental type, where no profile of vital signs is claimed"),
)  # fmt: skip

PROFILES = (
    ("R4 vital signs", "every vital sign of an instant; a Period fails the expression of vs-1, so "
     "a summary claims none"),
    ("US Core vital signs", "the same, by their own addresses"),
    ("HL7 PHD 2.0.0", "Bluetooth, with a code of MDC, sensor and gateway known, not a summary; "
     "PhdDevice where maker, model and specialization are known; the System ID is zeros, since it "
     "tells one device from all others"),
    ("HL7 CGM 1.0.0", "a glucose sensor's value of an instant, in mg/dl"),
    ("HL7 PHR 1.0.0-ballot2", "vital signs from a HealthKit export; the words of the unit are then "
     "its code"),
    ("IHE BALP 1.1.4", "the AuditEvent of a disclosure"),
)  # fmt: skip

RESOURCES = (
    ("Observation", "sent", "each reading or summary, by conditional create; corrections by PUT"),
    ("Device", "sent", "each sensor and this gateway, once"),
    ("Patient", "sent", "only where the invitation says so; an identifier and nothing else"),
    ("Provenance", "sent", "one a batch: sensor, gateway, purpose, policy agreed to, consent; "
     "`UPDATE` where the batch only amended"),
    ("Bundle", "sent", "`batch`, at most 50 entries or 256 KB"),
    ("Consent", "on request", "`health-gateway consent receipt GRANT --fhir`; closed by default "
     "with one opening, which has every code of each kind; `inactive` once withdrawn; the text by "
     "its SHA-256"),
    ("AuditEvent", "on request", "`health-gateway sent --audit`; one a request that left with "
     "readings in it, with how many Observations stood in its body and the SHA-256 of that body, "
     "byte for byte: who has the request can compare"),
    ("Observation of a coincident time", "sent", "each look at a sensor's clock that set the time "
     "of a reading right, before that reading, where the invitation names "
     "PhdCoincidentTimeStampObservation: the instant of UTC that the clock meant; `masked` where "
     "it was 7½ minutes off or more, since that could tell of a zone (decision 0014)"),
    ("RelatedPerson", "sent", "only where a guardian or proxy agreed: a keyed identifier, the "
     "patient and the relationship; no name"),
    ("DeviceMetric", "sent", "of a Bluetooth sensor, a kind each, where the invitation names "
     "PhdDeviceMetric and MDC has a code"),
)  # fmt: skip

GROUPS = tuple(
    (f"`{group}`", ", ".join(f"`{member}`" for member in members_of(group)))
    for group in all_kinds()
    if tier_of(group)
)


def elements() -> str:
    """Elements, profiles, summaries, groups, resources."""
    sums = ", ".join(f"`{name}`" for name, row in all_kinds().items() if row.aggregation == "sum")
    figures = ", ".join(f"`{one.code}`" for one in BESIDE["mean"])
    return f"""
## Every element of an Observation
{_table("element | what stands in it", ELEMENTS)}

## When a profile is claimed

Only what the recipient's invitation names, and only where it holds.
{_table("guide | claimed of", PROFILES)}

Who judges this, and what each judge notices: [fhir-judges.md](fhir-judges.md). Beside HL7's own
examples: [fhir-hl7-examples.md](fhir-hl7-examples.md).

## Summaries

A grant says whether each reading is sent, or one summary a minute, an hour or a day of UTC, or a
day of a zone that the grant names (23, 24 or 25 hours long, as it was there; its period is
written in UTC). A reading belongs to the stretch in which it started. The value is the mean,
weighted by duration where every reading has one, with components of `{STATISTICS}`: {figures}. Of
{sums} it is the sum, with the count; each device has a sum of its own, and where several counted,
a note says that they are not to be added (decision 0027). Of kinds of which only the newest
counts, it is that. A time in which nothing was measured counts for nothing, and makes no summary.
Where a reading in it is corrected or deleted, or comes late, the summary goes again as `amended`;
where none is left, as `entered-in-error`.

A single reading that is deleted here stays at a recipient as it was sent: a deletion is not told.
Who wants it taken back there says first that it was entered in error. One that was not sent yet is
not sent.

## Groups

A group is one Observation that says what was done and when, and names as its members the readings
that the same device measured of the same person wholly within that time: those that stand at the
recipient when it is sent, were sent one by one, may be sent for the same purpose now, and are as
they were sent. So it is sent after them. Of a kind all are named or none: kinds in the order of the
table, a kind of which there are too many beside those before it is passed over. Nothing is sent for
a group's sake, and who gets summaries alone is told of no reading. What arrives later is not named,
unless the group itself is amended (decision 0029).
{_table("group | kinds of its members", GROUPS)}

## Resources
{_table("resource | when | what", RESOURCES)}
"""


def _table(head: str, lines: tuple[tuple[str, ...], ...]) -> str:
    rule = " | ".join("---" for _ in head.split(" | "))
    written = [head, rule, *(" | ".join(line) for line in lines)]
    return "\n" + "\n".join(f"| {line} |" for line in written)
