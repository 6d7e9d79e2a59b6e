from __future__ import annotations

from hashlib import sha256

import pytest

from doorward.model.ids import TunnelId
from doorward.model.tunnel import TunnelAdmission
from doorward.relay.admissions import NOT_READY, WRONG_TOKEN, Admissions
from doorward.tunnel.control import Hello, Refuse

HASH = sha256(b"right").hexdigest()
HOME = TunnelAdmission(id=TunnelId("home"), name="home", secret_hash=HASH, services={})


def hello(tunnel: str = "home", secret: str = "right") -> Hello:
    return Hello(tunnel=tunnel, secret=secret, connector="c", version="1")


def test_before_the_first_list_nobody_is_admitted_but_may_try_again() -> None:
    admissions = Admissions()
    assert not admissions.known
    assert admissions.judge(hello()) == NOT_READY
    assert not NOT_READY.permanent


def test_the_right_secret_of_a_listed_tunnel_is_admitted() -> None:
    admissions = Admissions()
    admissions.replace([HOME])
    assert admissions.known
    assert admissions.judge(hello()) == HOME


@pytest.mark.parametrize("wrong", [hello(secret="wrong"), hello(secret=""), hello(tunnel="other")])
def test_a_wrong_secret_and_an_unknown_tunnel_get_the_same_permanent_answer(wrong: Hello) -> None:
    admissions = Admissions()
    admissions.replace([HOME])
    admissions.current = True
    assert admissions.judge(wrong) == Refuse(sentence=WRONG_TOKEN, permanent=True)


def test_while_the_control_plane_is_away_a_refusal_is_not_final() -> None:
    admissions = Admissions()
    admissions.replace([HOME])
    assert admissions.judge(hello(tunnel="new")) == Refuse(sentence=WRONG_TOKEN, permanent=False)


def test_an_unknown_tunnel_is_not_admitted_by_the_hash_it_is_compared_with() -> None:
    admissions = Admissions()
    admissions.replace([])
    assert isinstance(admissions.judge(hello()), Refuse)
    assert not admissions.still_admits(TunnelId("home"), HASH)


def test_a_new_secret_ends_the_admission_of_the_old_one() -> None:
    admissions = Admissions()
    admissions.replace([HOME])
    assert admissions.still_admits(TunnelId("home"), HASH)
    assert not admissions.still_admits(TunnelId("home"), sha256(b"old").hexdigest())
