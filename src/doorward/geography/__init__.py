"""Where addresses are, behind ``ports.places``: a database in MaxMind's format, or nothing at all."""
