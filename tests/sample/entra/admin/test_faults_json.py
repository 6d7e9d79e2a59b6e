from __future__ import annotations

from dataclasses import fields

from doorward.sample.entra.admin import faults_json
from doorward.sample.entra.faults import Faults, Refusal


def test_every_fault_is_shown_and_what_is_shown_can_be_sent_back() -> None:
    faults = Faults(latency=1, refusals=[Refusal(times=3, retry_after=2)], claims={"ver": "1.0"})
    shown = faults_json.as_json(faults)
    assert set(shown) == {field.name for field in fields(Faults)}
    other = Faults()
    faults_json.change(other, shown)
    assert other == faults


def test_clearing_ends_all_of_them() -> None:
    faults = Faults(auto_sign_in=True, hang="/v1.0")
    faults_json.clear(faults)
    assert faults == Faults()
