"""Desired state in, xDS resources out. Pure: one builder file per kind of resource."""
