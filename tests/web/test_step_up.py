"""A policy that asks for a stronger sign-in, from the application to the provider and back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from doorward.model.identity_provider import EntraId, IdentityProvider
from doorward.model.ids import PolicyId
from doorward.model.policy import Action, Policy
from doorward.model.rule import Rules, Selector
from doorward.web.ways import LOGIN
from tests.fakes.stores import FakeStores
from tests.services.sample import COMPANY, application, configuration
from tests.services.world import World
from tests.web.site import Site, cookies_set_by, query_of

STRONG = Policy(
    id=PolicyId("strong"),
    action=Action.ALLOW,
    rules=Rules(
        include=(Selector("group", "engineers", COMPANY),),
        require=(Selector("auth_context", "c1", COMPANY),),
    ),
)


def site() -> Site:
    """``hello`` wants the context c1 of the only provider, through which Eve signs in."""
    company = IdentityProvider(id=COMPANY, settings=EntraId(tenant="t", client_id="c"))
    present = replace(
        configuration(), identity_providers=(company,), applications=(application("hello", STRONG),)
    )
    return Site(World(stores=FakeStores(present)))


def sign_in(site: Site, flow: str, cookies: dict[str, str]) -> tuple[str, dict[str, str]]:
    """To the provider and back: the flow to go on with, and the session's cookie."""
    there = site.get(f"{LOGIN}?{urlencode({'flow': flow})}", cookies=cookies)
    state = query_of(there.headers["location"])["state"]
    back = site.get(
        f"/cdn-cgi/access/callback?state={state}&code=good", cookies={**cookies, **cookies_set_by(there)}
    )
    assert back.status_code == 303
    return query_of(back.headers["location"])["flow"], {
        key: value for key, value in cookies_set_by(back).items() if value
    }


def test_who_lacks_the_context_is_sent_for_it_once_and_then_let_in() -> None:
    eve = site()
    flow, _ = eve.begin_flow()
    flow, session = sign_in(eve, flow, {})
    eve.world.redirect.person = replace(eve.world.redirect.person, contexts=frozenset({"c1"}))
    flow, session = sign_in(eve, flow, session)
    assert eve.world.redirect.contexts == [(), ["c1"]]
    assert eve.code(flow, session)


def test_who_comes_back_without_it_is_told_and_not_sent_in_circles() -> None:
    eve = site()
    flow, _ = eve.begin_flow()
    flow, session = sign_in(eve, flow, {})
    flow, session = sign_in(eve, flow, session)
    answer = eve.get(f"{LOGIN}?{urlencode({'flow': flow})}", cookies=session)
    assert answer.status_code == 403
    assert "asks for a stronger sign-in" in answer.text
    assert "authentication context" in answer.text
