"""The administrator's API, as JSON over HTTP. Today it listens on a unix socket that only the owner
of the data folder may open, and that is its authentication."""
