"""Pure: the protocol between connector and relay. Bytes in, events out; no sockets, clocks or tasks.

From the wire inwards: ``frames`` (one frame), ``stream`` and ``outbox`` (what is sent, and when),
``multiplexer`` (bytes to events), ``link`` (one connection's life), ``splice`` (a stream joined to a
byte transport). Beside them: ``opening`` (how a stream names its service), ``control`` (what connector
and relay say to each other), ``relay_messages`` (what relay and control plane say), ``token``.
"""
