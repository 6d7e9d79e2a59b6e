"""Envoy's question "may this pass?", over gRPC (ext_authz)."""
