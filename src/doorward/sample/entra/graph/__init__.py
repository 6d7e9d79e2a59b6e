"""Microsoft Graph, version 1.0: what an identity-aware proxy asks of it."""
