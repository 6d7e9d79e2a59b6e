"""The certificate that the public listener presents, as a secret resource (SDS)."""

from __future__ import annotations

from envoy.config.core.v3 import base_pb2
from envoy.extensions.transport_sockets.tls.v3 import common_pb2, secret_pb2, tls_pb2

from doorward.envoy import names
from doorward.envoy.packing import over_ads, packed


def build_secret(certificate: str, private_key: str) -> secret_pb2.Secret:
    """The certificate chain and key, PEM. Secrets come over SDS so that Envoy's own configuration
    dump redacts them."""
    return secret_pb2.Secret(
        name=names.CERTIFICATE,
        tls_certificate=common_pb2.TlsCertificate(
            certificate_chain=base_pb2.DataSource(inline_string=certificate),
            private_key=base_pb2.DataSource(inline_string=private_key),
        ),
    )


def downstream_tls(cas: str = "") -> base_pb2.TransportSocket:
    """TLS 1.2 or newer towards people, HTTP/2 and HTTP/1.1 by ALPN.

    With ``cas``, PEM texts, the other end is asked for a certificate of one of them, and need not have one.
    The edge makes sure of nothing but that it holds the key; whether the certificate counts is for the
    control plane, at each request (``doorward.services.client_certificates``). So somebody with one that has
    expired sees a page that says so, not a connection that fails.
    """
    context = tls_pb2.CommonTlsContext(
        tls_params=common_pb2.TlsParameters(tls_minimum_protocol_version="TLSv1_2"),
        alpn_protocols=["h2", "http/1.1"],
        tls_certificate_sds_secret_configs=[
            secret_pb2.SdsSecretConfig(name=names.CERTIFICATE, sds_config=over_ads())
        ],
    )
    if cas:
        context.validation_context.CopyFrom(
            common_pb2.CertificateValidationContext(
                trusted_ca=base_pb2.DataSource(inline_string=cas),
                trust_chain_verification="ACCEPT_UNTRUSTED",
            )
        )
    return base_pb2.TransportSocket(
        name="envoy.transport_sockets.tls",
        typed_config=packed(tls_pb2.DownstreamTlsContext(common_tls_context=context)),
    )
