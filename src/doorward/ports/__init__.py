"""Protocols: what services need of the outside. Adapters implement them, ``bootstrap`` joins them."""
