"""Types of identity providers in an access file: one file each, and the one table of them.

To add a type: a file like ``oidc.py``, a line in ``TYPES``, a test file, a heading in
``docs/reference/file.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from doorward.declaration.providers import entra, local, oauth2, oidc, onetimepin, presets, saml
from doorward.declaration.providers.kind import ProviderType

TYPES: Mapping[str, ProviderType] = MappingProxyType(
    {
        "local": ProviderType(local.FIELDS, local.read),
        "oidc": ProviderType(oidc.FIELDS, oidc.read),
        "entra": ProviderType(entra.FIELDS, entra.read),
        **presets.TYPES,
        **oauth2.TYPES,
        "saml": ProviderType(saml.FIELDS, saml.read),
        "jumpcloud": ProviderType(saml.JUMPCLOUD_FIELDS, saml.read_jumpcloud),
        "onetimepin": ProviderType(onetimepin.FIELDS, onetimepin.read),
    }
)
"""What ``type`` may say, in the order of the documentation."""
