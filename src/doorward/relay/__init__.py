"""The relay process: accepts connectors, carries the edge's connections to them as streams.

It holds no database and no signing key; what it may do it is told by the control plane.
"""
