"""What a simulated glucose sensor answers at its CGM Specific Ops Control Point.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from adapters.ble.characteristics.cgm_specific_ops_control_point import (
    Answer,
    Calibration,
    CalibrationStatus,
    CgmSpecificOpsControlPoint,
    Op,
    Outcome,
)
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.errors import DecodeError

_LATEST_CALIBRATION = 0xFFFF
_LEVELS = {
    Op.SET_PATIENT_HIGH: Decimal(180),
    Op.SET_PATIENT_LOW: Decimal(70),
    Op.SET_HYPO: Decimal(55),
    Op.SET_HYPER: Decimal(250),
    Op.SET_RATE_OF_DECREASE: Decimal("-3.0"),
    Op.SET_RATE_OF_INCREASE: Decimal("3.0"),
}


class Operations:
    """The settings of one sensor.

    Attributes:
        interval: minutes between two notifications; 0 for none.
        levels: alert levels, by the op that sets them.
        calibrations: those that were given, oldest first.
    """

    def __init__(self, interval: int, session: Callable[[bool], None]) -> None:
        """As it leaves the box.

        Args:
            interval: minutes between two notifications.
            session: starts the session anew, or stops it.
        """
        self.interval = interval
        self.levels: dict[Op, MedicalNumber] = {**_LEVELS}
        self.calibrations: list[Calibration] = []
        self._fastest = interval
        self._session = session

    def answer(self, data: bytes) -> bytes:
        """What is answered to a request, both without a check sum."""
        asked = data[0] if data else 0
        try:
            request = CgmSpecificOpsControlPoint.from_bytes(data)
        except DecodeError:
            known = asked in set(Op)
            how = Answer.INVALID_OPERAND if known else Answer.OP_NOT_SUPPORTED
            return _went(asked, how)
        made = self._do(request.op, request)
        return bytes(made) if isinstance(made, CgmSpecificOpsControlPoint) else _went(asked, made)

    def _do(
        self, op: Op, request: CgmSpecificOpsControlPoint
    ) -> CgmSpecificOpsControlPoint | Answer:
        operand = request.operand
        if op is Op.GET_INTERVAL:
            return CgmSpecificOpsControlPoint(Op.INTERVAL_IS, self.interval)
        if op is Op.SET_INTERVAL and isinstance(operand, int):
            self.interval = self._fastest if operand == 0xFF else operand
            return Answer.SUCCESS
        if op in self.levels:
            return self._set_level(op, operand)
        if op - 1 in self.levels:
            return CgmSpecificOpsControlPoint(Op(op + 1), self.levels[Op(op - 1)])
        if op is Op.SET_CALIBRATION and isinstance(operand, Calibration):
            self.calibrations.append(
                replace(
                    operand,
                    number=len(self.calibrations) + 1,
                    status=CalibrationStatus.PENDING,
                )
            )
            return Answer.SUCCESS
        if op is Op.GET_CALIBRATION and isinstance(operand, int):
            return self._calibration(operand)
        if op in (Op.START_SESSION, Op.STOP_SESSION):
            self._session(op is Op.START_SESSION)
            return Answer.SUCCESS
        return Answer.SUCCESS if op is Op.RESET_DEVICE_ALERT else Answer.OP_NOT_SUPPORTED

    def _set_level(self, op: Op, operand: object) -> Answer:
        if not isinstance(operand, Decimal | Special):
            return Answer.INVALID_OPERAND
        if isinstance(operand, Special):
            return Answer.OUT_OF_RANGE
        self.levels[op] = operand
        return Answer.SUCCESS

    def _calibration(self, number: int) -> CgmSpecificOpsControlPoint | Answer:
        if number == _LATEST_CALIBRATION:
            number = len(self.calibrations)
        if not 1 <= number <= len(self.calibrations):
            return Answer.OUT_OF_RANGE
        return CgmSpecificOpsControlPoint(Op.CALIBRATION_IS, self.calibrations[number - 1])


def _went(asked: int, how: Answer) -> bytes:
    return bytes(CgmSpecificOpsControlPoint(Op.RESPONSE, Outcome(asked, how)))
