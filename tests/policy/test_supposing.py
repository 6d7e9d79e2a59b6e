from __future__ import annotations

import pytest

from doorward.model.policy import Policy
from doorward.policy.evaluate import evaluate
from doorward.policy.supposing import supposing_certificates
from tests.policy.said import compiled, person, policy, rule_group

ADA = person("ada@corp.com", "staff")
GROUPS = (
    rule_group("trusted", "certificate", "email:bob@corp.com"),
    rule_group("odd", "everyone", exclude=["common_name:bad"]),
)


@pytest.mark.parametrize(
    ("policies", "hopeful"),
    [
        ([policy("allow", "email:ada@corp.com", require=["certificate"])], True),
        ([policy("allow", "email:bob@corp.com", require=["certificate"])], False),
        ([policy("allow", "common_name:build-7")], True),
        ([policy("allow", "everyone", exclude=["common_name:bad"])], True),
        ([policy("allow", "everyone", require=["rule_group:trusted"])], True),
        ([policy("allow", "everyone", exclude=["rule_group:trusted"])], True),
        ([policy("allow", "everyone", require=["rule_group:odd"])], True),
        ([policy("deny", "certificate"), policy("allow", "everyone")], True),
        ([policy("deny", "everyone", require=["certificate"]), policy("allow", "everyone")], True),
        ([policy("deny", "everyone", exclude=["certificate"]), policy("allow", "everyone")], True),
        ([policy("deny", "rule_group:odd"), policy("allow", "everyone")], True),
        ([policy("deny", "certificate", "email:ada@corp.com"), policy("allow", "everyone")], False),
    ],
)
def test_who_would_be_let_in_with_a_certificate_that_fits_may_hope(
    policies: list[Policy], *, hopeful: bool
) -> None:
    application = compiled(*policies, groups=GROUPS)
    assert not evaluate(application, ADA).allowed, "nothing is known of a certificate"
    assert evaluate(supposing_certificates(application), ADA).allowed is hopeful


def test_policies_without_certificates_stay_as_they_are() -> None:
    application = compiled(policy("allow", "email:ada@corp.com"))
    assert supposing_certificates(application) is application
