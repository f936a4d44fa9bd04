"""Servers on this machine: a webhook and a mail server that take messages, and a web server with files."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A web server that takes messages as JSON: its address for alerts.urls, and what it was sent."""
    received: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"json://someone:sesame@127.0.0.1:{server.server_port}/hook", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Inbox:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[str, list[EmailMessage]]]:
    """A mail server: its address for alerts.urls, and the mails that it took."""
    inbox = _Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"mailto://127.0.0.1:{port}?from=platform@shop.example&to=team@shop.example&mode=insecure", inbox.mails
    finally:
        controller.stop()


@dataclass
class FileServer:
    """A web server with a folder.

    Attributes:
        folder: what it serves
        address: of the server
        read: paths that were read from it
        refuses: status that it answers with, if not with files

    """

    folder: Path
    address: str = ""
    read: list[str] = field(default_factory=list)
    refuses: int = 0


@contextmanager
def file_server(folder: Path) -> Iterator[FileServer]:
    """A web server on this machine that serves the files of a folder."""
    shop = FileServer(folder)

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            shop.read.append(self.path)
            if shop.refuses:
                self.send_error(shop.refuses)
            else:
                super().do_GET()

        def do_HEAD(self) -> None:
            if shop.refuses:
                self.send_error(shop.refuses)
            else:
                super().do_HEAD()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    shop.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
