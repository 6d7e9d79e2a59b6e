from __future__ import annotations

import pytest

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.policy.bounds import ANYTHING
from doorward.policy.match import Match
from doorward.policy.selectors import certificate
from tests.policy.said import nobody, said
from tests.policy.selectors.certificates import shown


def test_it_names_an_authority_or_none() -> None:
    assert (certificate.parse("", "f"), certificate.parse("corp", "f")) == ("", "corp")
    with pytest.raises(Invalid, match="is not a name"):
        certificate.parse("Corp CA", "f")


@pytest.mark.parametrize(
    ("selector", "request_", "match"),
    [
        ("certificate", shown("lab"), Match.YES),
        ("certificate:corp", shown("corp"), Match.YES),
        ("certificate:corp", shown("corp", "lab"), Match.YES),
        ("certificate:corp", shown("lab"), Match.NO),
        ("certificate", nobody(), Match.UNKNOWN),
        ("certificate:corp", nobody(), Match.UNKNOWN),
    ],
)
def test_it_is_about_who_issued_it(selector: str, request_: AccessRequest, match: Match) -> None:
    assert certificate.matches(said(selector)[0], request_) is match


def test_the_data_plane_decides_nothing_by_it() -> None:
    assert certificate.bounds(said("certificate")[0]) == ANYTHING
