from __future__ import annotations

from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.description import describe
from doorward.identity.saml.xml import everywhere
from tests.fakes.saml import CALLBACK
from tests.fakes.saml_keys import key_pair


def test_doorward_describes_itself_as_a_service_provider() -> None:
    text = describe(callback=CALLBACK, signs_requests=True, certificate=key_pair("own").parsed)
    root = etree.fromstring(text)
    role = root[0]
    assert root.get("entityID") == CALLBACK
    assert (role.get("WantAssertionsSigned"), role.get("AuthnRequestsSigned")) == ("true", "true")
    (service,) = everywhere(root, names.metadata("AssertionConsumerService"))
    assert (service.get("Location"), service.get("Binding")) == (CALLBACK, names.POST)
    keys = list(everywhere(root, names.metadata("KeyDescriptor")))
    assert [key.get("use") for key in keys] == ["signing", "encryption"]
    own = "".join(key_pair("own").certificate.splitlines()[1:-1])
    assert all("".join(key.itertext()).split() == "".join(key.itertext()).split() for key in keys)
    assert ["".join("".join(str(t) for t in key.itertext()).split()) for key in keys] == [own, own]


def test_without_a_certificate_there_is_no_key_in_it() -> None:
    text = describe(callback=CALLBACK, signs_requests=False, certificate=None)
    assert b"KeyDescriptor" not in text
    assert b'AuthnRequestsSigned="false"' in text
