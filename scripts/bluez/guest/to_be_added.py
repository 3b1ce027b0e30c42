"""Two devices that somebody adds, and the digits that are typed for the second."""

from __future__ import annotations

AIR = """
title = "A cuff that pairs by itself, and a thermometer that shows six digits"
[[device]]
id = "cuff"
model = "blood-pressure-cuff"
pairing = "just-works"
at_s = []
options.people = []
window_s = 900
[[device]]
id = "thermometer"
model = "thermometer"
pairing = "passkey"
passkey = 48291
at_s = []
window_s = 900
leaves_after_s = 60
"""

WRONG, RIGHT = "111111", "048 291"
