"""Doorward: self-hosted zero-trust access. Importing it does nothing."""

__version__ = "0.1.0"
