"""The section ``certificate_authorities``."""

from __future__ import annotations

from doorward.declaration import addresses, values
from doorward.declaration.nodes import ListNode
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import file_text, only_one
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.errors import Invalid
from doorward.model.ids import CertificateAuthorityId
from doorward.policy.certificate_authorities import read_cas, read_crls

CERTIFICATE_AUTHORITY_FIELDS = (
    "id",
    "name",
    "hostnames",
    "certificate",
    "certificate_file",
    "crl",
    "crl_file",
)


def certificate_authority(at: At) -> CertificateAuthority:
    """One authority of the file. Whether what it gives has expired is for who knows the time."""
    fields = at.fields(CERTIFICATE_AUTHORITY_FIELDS)
    certificates = _pem(fields, "certificate")
    if certificates is None:
        problem = "is missing: give certificate or certificate_file, the CA's certificate in PEM"
        fields.at.reading.note(Invalid(fields.path("certificate"), problem))
    crls = _pem(fields, "crl") or ""
    _check(fields, certificates or "", crls)
    return CertificateAuthority(
        id=CertificateAuthorityId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        certificates=certificates or "",
        crls=crls,
        hostnames=fields.required("hostnames", _hostnames, instead=()),
    )


def _check(fields: Fields, certificates: str, crls: str) -> None:
    """Note what is wrong with them, each in its own field."""
    if not certificates:
        return
    try:
        cas = read_cas(certificates, field=_given(fields, "certificate"))
        read_crls(crls, cas, field=_given(fields, "crl"))
    except Invalid as error:
        fields.at.reading.note(error)


def _given(fields: Fields, name: str) -> str:
    return fields.path(f"{name}_file" if f"{name}_file" in fields else name)


def _pem(fields: Fields, name: str) -> str | None:
    """A PEM text that ``name`` or ``name_file`` gives, with one line end behind it; None without either."""
    given = only_one(fields, (name, f"{name}_file"))
    if given is None:
        return None

    def read(at: At) -> str:
        text = file_text(at) if given == f"{name}_file" else at.text()
        if not text.strip():
            raise at.wrong("holds nothing: give PEM")
        return text.strip() + "\n"

    return fields.optional(given, read, "")


def _hostnames(at: At) -> tuple[str, ...]:
    found = at.items(addresses.hostname_or_wildcard)
    if isinstance(at.node, ListNode) and not at.node.items:
        raise at.wrong("is empty, and then nobody is asked for a certificate: name one at least")
    return tuple(dict.fromkeys(found))
