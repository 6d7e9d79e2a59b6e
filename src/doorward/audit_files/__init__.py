"""The audit log's files: appended to, read, and fed from the edge's access log."""
