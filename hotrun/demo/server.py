"""The server of the demo: reads tmp/page.html once, when it starts, and serves it until SIGTERM."""

from __future__ import annotations

import os
import signal
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

with open(os.path.join("tmp", "page.html"), "rb") as built:
    PAGE = built.read()

RUN = str(os.getpid()).encode()


class Page(BaseHTTPRequestHandler):
    """GET / is the page, GET /run is what tells one run of this server from another."""

    def do_GET(self) -> None:
        """Answer one request."""
        body, kind = {"/": (PAGE, "text/html"), "/run": (RUN, "text/plain")}.get(self.path, (b"", ""))
        if not kind:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say which page was asked for; the page asks for /run all the time."""
        if self.path != "/run":
            print(f"{self.command} {self.path}", int(code), flush=True)


def main() -> int:
    """Serve, and return the exit code."""
    port = int(os.environ.get("PORT") or 8000)
    try:
        # SO_REUSEADDR is on in http.server: the port is free again the moment the run before has ended.
        server = ThreadingHTTPServer(("127.0.0.1", port), Page)
    except OSError as error:
        print(f"server.py: cannot listen on 127.0.0.1:{port}: {error.strerror}", file=sys.stderr)
        return 1

    def stop(_signum: int, _frame: FrameType | None) -> None:
        # shutdown() waits for serve_forever(), which runs in this very thread: another one has to call it.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"listening on 127.0.0.1:{port}", flush=True)
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
