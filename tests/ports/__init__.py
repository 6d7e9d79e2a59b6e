"""One suite per port. Every implementation passes it, the fakes as well."""
