"""The HTTP methods that the edge lets through."""

from __future__ import annotations

METHODS = (
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
    *(
        "ACL",
        "BIND",
        "CHECKOUT",
        "COPY",
        "LINK",
        "LOCK",
        "MERGE",
        "MKACTIVITY",
        "MKCALENDAR",
        "MKCOL",
        "MOVE",
    ),
    *("NOTIFY", "PROPFIND", "PROPPATCH", "PURGE", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE"),
    *("UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE"),
)
"""Those that Envoy's HTTP/1.1 knows, but ``TRACE`` and ``CONNECT``; the frequent ones first. Its HTTP/2
takes any word, such as ``trace``, which a server that is not particular about case would obey."""
