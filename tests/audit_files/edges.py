"""An edge's access log without an edge: written as Envoy writes it, moved aside and opened anew."""

from __future__ import annotations

from pathlib import Path

from tests.audit.samples import request_line


class WritingEdge:
    """Keeps its file open, as Envoy does: moving the file does not move where it writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = 0
        self._file = path.open("ab", buffering=0)

    def requests(self, count: int = 1) -> None:
        """Whole lines, each request with an id of its own."""
        for _ in range(count):
            self.written += 1
            self.raw(request_line(self.written) + b"\n")

    def raw(self, data: bytes) -> None:
        self._file.write(data)

    async def reopen(self) -> None:
        """What ``/reopen_logs`` does."""
        self._file.close()
        self._file = self.path.open("ab", buffering=0)

    def close(self) -> None:
        self._file.close()
