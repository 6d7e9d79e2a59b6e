"""The audit log, pure: what its entries say, how they are chained and signed, what verifying finds.

Bytes in, values out. ``doorward.audit_files`` keeps the files.
"""
