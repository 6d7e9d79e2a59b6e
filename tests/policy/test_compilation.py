from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.identity_provider import IdentityProvider, LocalAccounts
from doorward.model.ids import ApplicationId, IdentityProviderId, ListId, PolicyId, ServiceTokenId
from doorward.model.named_list import ListKind, NamedList
from doorward.model.policy import Policy
from doorward.model.service_token import ServiceToken
from doorward.policy.compilation import Compilation
from tests.nouns import application
from tests.policy.said import HELLO, policy, rule_group

PEOPLE = IdentityProvider(id=IdentityProviderId("people"), settings=LocalAccounts())
CI = ServiceToken(id=ServiceTokenId("ci"), client_id="ci.access", secret_hash="")


def configuration(*policies: Policy | PolicyId, shared: tuple[Policy, ...] = ()) -> Configuration:
    return Configuration(
        identity_providers=(PEOPLE,),
        service_tokens=(CI,),
        rule_groups=(rule_group("staff", "group:staff@people"),),
        policies=shared,
        applications=(replace(application("hello"), policies=policies), application("bare")),
    )


def test_a_configuration_compiles_to_every_application() -> None:
    shared = policy("allow", "rule_group:staff", name="shared")
    machines = policy("service_auth", "service_token:ci", name="machines")
    made = Compilation.of(configuration(PolicyId("shared"), machines, shared=(shared,))).applications
    assert [entry.policy.id for entry in made[HELLO].policies] == ["machines", "shared"]
    assert made[ApplicationId("bare")].policies == ()


ODD_ONES = {
    "applications[hello].policies[1]": configuration(policy("allow", "everyone"), PolicyId("nowhere")),
    "applications[hello].policies[0].rules.include[1]": configuration(policy("allow", "everyone", "email:x")),
    "applications[hello].policies[0].rules.require[0]": configuration(
        policy("allow", "everyone", require=["group:x@entra"])
    ),
    "applications[hello].policies[0].rules.exclude[0]": configuration(
        policy("allow", "everyone", exclude=["identity_provider:entra"])
    ),
    "applications[hello].policies[0].rules.include[0]": configuration(
        policy("service_auth", "service_token:gone")
    ),
    "policies[p].rules.include[0]": configuration(shared=(policy("allow", "rule_group:gone", name="p"),)),
    "policies[p].rules.include[1]": configuration(
        PolicyId("p"), shared=(policy("allow", "everyone", "identity_provider:entra", name="p"),)
    ),
    "policies[p]": configuration(shared=(policy("allow", name="p"), policy("deny", name="p"))),
    "rule_groups[g].rules.include[0]": replace(
        configuration(), rule_groups=(rule_group("g", "group:x@entra"),)
    ),
    "applications[hello]": replace(configuration(), applications=(application(), application())),
}


@pytest.mark.parametrize("field", ODD_ONES)
def test_a_contradiction_is_refused_with_the_place_where_it_stands(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Compilation.of(ODD_ONES[field])
    assert refused.value.field == field


def test_what_is_missing_is_named_with_what_there_is() -> None:
    with pytest.raises(Invalid, match="no identity provider 'entra': use one of people"):
        Compilation.of(configuration(policy("allow", "identity_provider:entra")))


# --- what has not changed is taken from before --------------------------------------------------------

BARE, WIKI = ApplicationId("bare"), ApplicationId("wiki")
SHARED = policy("allow", "rule_group:staff", "email_list:friends", name="shared")
OFFICE = NamedList(id=ListId("office"), kind=ListKind.IP, items=("192.0.2.0/24",))
FRIENDS = NamedList(id=ListId("friends"), kind=ListKind.EMAIL, items=("ada@corp.com",))


def three_applications() -> Configuration:
    """``hello`` uses a shared policy, a rule group and a list, ``wiki`` another list, ``bare`` nothing."""
    base = configuration(PolicyId("shared"), shared=(SHARED,))
    wiki = replace(application("wiki"), policies=(policy("bypass", "ip_list:office"),))
    return replace(base, applications=(*base.applications, wiki), lists=(OFFICE, FRIENDS))


def changed(after: Configuration) -> set[ApplicationId]:
    """The applications that are compiled anew when ``three_applications`` become ``after``."""
    before = Compilation.of(three_applications())
    now = Compilation.of(after, before=before)
    return {name for name, made in now.applications.items() if made is not before.applications.get(name)}


def test_what_is_equal_is_not_compiled_again() -> None:
    assert changed(three_applications()) == set()


@pytest.mark.parametrize(
    ("more", "anew"),
    [
        ({"policies": (policy("allow", "everyone", name="shared"),)}, {HELLO}),
        ({"rule_groups": (rule_group("staff", "group:others@people"),)}, {HELLO}),
        ({"lists": (replace(OFFICE, items=("198.51.100.0/24",)), FRIENDS)}, {WIKI}),
        ({"lists": (OFFICE, replace(FRIENDS, items=()))}, {HELLO}),
        ({"service_tokens": (CI, replace(CI, id=ServiceTokenId("other")))}, set()),
    ],
)
def test_a_change_concerns_the_applications_that_use_what_changed(
    more: dict[str, object], anew: set[ApplicationId]
) -> None:
    assert changed(replace(three_applications(), **more)) == anew  # type: ignore[arg-type]  # a table


def test_an_application_that_changed_is_compiled_anew_and_one_that_went_is_forgotten() -> None:
    before = three_applications()
    hello, *others = before.applications
    assert changed(replace(before, applications=(replace(hello, policies=()), *others))) == {HELLO}
    compilation = Compilation.of(replace(before, applications=(hello,)), before=Compilation.of(before))
    assert set(compilation.applications) == set(compilation.sources) == {HELLO}


def test_an_application_that_uses_what_is_gone_is_refused_though_it_has_not_changed() -> None:
    before = Compilation.of(three_applications())
    with pytest.raises(Invalid):
        Compilation.of(replace(three_applications(), rule_groups=()), before=before)


@given(st.lists(st.tuples(*[st.integers(0, 1)] * 4), min_size=2, max_size=6))
def test_step_by_step_comes_to_the_same_as_all_at_once(steps: list[tuple[int, int, int, int]]) -> None:
    compilation = Compilation({})
    for shared, group, office, applications in steps:
        base = three_applications()
        state = replace(
            base,
            policies=(SHARED, policy("deny", "rule_group:staff", name="shared"))[shared : shared + 1],
            rule_groups=(rule_group("staff", ("group:a@people", "group:b@people")[group]),),
            lists=(replace(OFFICE, items=(("192.0.2.0/24",), ("203.0.113.9",))[office]), FRIENDS),
            applications=base.applications[applications:],
        )
        compilation = Compilation.of(state, before=compilation)
        assert compilation.applications == Compilation.of(state).applications
