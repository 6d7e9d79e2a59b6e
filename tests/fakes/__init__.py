"""Typed stand-ins for the ports: small, real enough to be wrong, never a mock."""
