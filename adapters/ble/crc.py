"""The checksum that several health services put behind their values (E2E-CRC).

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.11 (polynomial x16 + x12 +
x5 + 1, first value 0xFFFF, least significant bit first); the same in Blood Pressure Service 1.1.1.
"""

from __future__ import annotations


def e2e_crc(data: bytes) -> int:
    """The checksum of all bytes before it; it stands in the packet in two bytes, low one first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc
