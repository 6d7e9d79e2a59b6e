"""Identity providers behind ``doorward.ports.identity``: where a person's name comes from."""
