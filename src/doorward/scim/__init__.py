"""SCIM 2.0 (RFC 7643, 7644): the door through which identity providers push people and groups.

Rule: the provider in the path is the only one that a request can touch, and its secret the only one
that opens it. Whoever has no right secret learns nothing, not even which providers there are.
Rule: what clients send in their own dialects is put into the standard's words in ``dialect`` and
nowhere else. What Doorward has no use for is left out, and never stored.
"""
