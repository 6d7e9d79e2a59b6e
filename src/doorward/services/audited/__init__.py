"""The stores as services have them: every write that is an act goes into the audit log before it is made.

Rule: a write that cannot be recorded is not made. So nothing can be changed around the audit log, and
whoever adds a write to a store says here whether it is an act.
"""
