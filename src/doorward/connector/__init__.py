"""The connector: the agent beside a private service. It dials out, takes streams, dials the service.

It ships alone: it needs ``tunnel``, ``process`` and ``model``, and nothing of the control plane.
"""
