from __future__ import annotations

from doorward.identity.oidc.redacted import CUT, LEFT_OUT, MOST, redacted
from tests.fakes.openid import ACCESS_TOKEN, FakeOpenIdProvider, run_arrival


def test_what_would_let_somebody_sign_in_is_left_out() -> None:
    shown = redacted(
        {
            "sub": "ada",
            "nonce": "n",
            "at_hash": "h",
            "refresh_token": "r",
            "inner": {"client_secret": "s", "list": ["eyJhbGciOi.e30.x", "plain"]},
            "flag": True,
        }
    )
    assert shown == {
        "sub": "ada",
        "nonce": LEFT_OUT,
        "at_hash": LEFT_OUT,
        "refresh_token": LEFT_OUT,
        "inner": {"client_secret": LEFT_OUT, "list": [LEFT_OUT, "plain"]},
        "flag": True,
    }


def test_whatever_comes_is_bounded() -> None:
    deep: dict[str, object] = {}
    for _ in range(50):
        deep = {"deep": deep, "list": [[[[[[[["x"]]]]]]]]}
    assert CUT in str(redacted(deep))
    wide = redacted({str(number): "a" * 5000 for number in range(1000)})
    assert len(wide) == MOST + 1
    assert len(str(wide["0"])) < 1100
    assert redacted({"l": list(range(1000))})["l"] == [*range(MOST), CUT]


def test_controls_and_direction_marks_do_not_reach_the_page() -> None:
    assert redacted({"a\u202eb": "x\r\ny\u202e"}) == {"a b": "x y"}


def test_an_arrival_shows_what_the_provider_said_and_no_secret() -> None:
    fake = FakeOpenIdProvider(claims={"department": "it"}, tokens={"refresh_token": "the-refresh-token"})
    arrival = run_arrival(fake)
    id_token = arrival.raw["id_token"]
    assert isinstance(id_token, dict)
    assert (id_token["sub"], id_token["department"], id_token["nonce"]) == ("ada-1", "it", LEFT_OUT)
    assert not [s for s in (ACCESS_TOKEN, "the-refresh-token", fake.nonce) if s in str(arrival.raw)]
    assert "the-refresh-token" not in repr(arrival)
