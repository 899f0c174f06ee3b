"""Serves the pages in site/ as sites do: `python serve.py [PORT]`. Prints the address.

The files are UTF-8, for people to read; PAGES says what each is sent in and what the server claims.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

SITE = Path(__file__).parent / "site"
#: What a page is sent in, and what its header says of it. What it says of itself is in its `<meta>`, if anywhere.
PAGES = {
    "index.html": ("gbk", "text/html"),
    "library.html": ("gbk", "text/html; charset=utf-8"),
    "harbour.html": ("big5", "text/html; charset=gb2312"),
    "orchard.html": ("utf-8", "text/html"),
    "letters.html": ("utf-8", "text/html; charset=utf-8"),
    "english.html": ("cp1252", "text/html; charset=iso-8859-1"),
    "mill.html": ("utf-16-le", "text/html"),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.strip("/") or "index.html"
        if name not in PAGES:
            self.send_error(404)
            return
        encoding, claim = PAGES[name]
        body = (SITE / name).read_text("utf-8").encode(encoding)
        self.send_response(200)
        self.send_header("Content-Type", claim)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8000), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
    server.serve_forever()
