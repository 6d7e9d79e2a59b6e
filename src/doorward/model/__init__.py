"""Pure nouns: frozen dataclasses, ids, enums and errors. Nothing here reads, writes or waits."""
