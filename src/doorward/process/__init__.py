"""What a process asks of the system that it runs on: to keep memory, to look after its connections.

For the two that carry other people's bytes, relay and connector. It needs nothing of Doorward.
"""
