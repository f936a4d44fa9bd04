"""The nightly reports over http: `/reports`, `/reports/latest` and `/reports/{snapshot_id}`."""

import gzip

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from segmentation_platform.reporting.report.archive import render_archive
from segmentation_platform.warehouse.database import Database, DatabaseUnavailableError
from segmentation_platform.warehouse.reports import compressed_report, kept_reports

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_STRICT = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOT_KEPT = {**_STRICT, "Cache-Control": "no-store"}
# A report that was made again has the same address.
_ASKED_AGAIN = {**_STRICT, "Cache-Control": "private, no-cache"}


def report_routes(database: Database) -> list[Route]:
    """The addresses of the reports.

    Args:
        database: where they are kept, for any role that may read `serving`

    """

    def listed(request: Request) -> Response:
        return HTMLResponse(render_archive(kept_reports(database)), headers=_NOT_KEPT)

    def latest(request: Request) -> Response:
        return _report(request, compressed_report(database), _NOT_KEPT)

    def one(request: Request) -> Response:
        found = compressed_report(database, request.path_params["snapshot_id"])
        return _report(request, found, _ASKED_AGAIN)

    def start(request: Request) -> Response:
        return RedirectResponse("/reports", headers=_NOT_KEPT)

    return [
        Route("/", start),
        Route("/reports", listed),
        Route("/reports/latest", latest),
        Route("/reports/{snapshot_id:int}", one),
    ]


def unavailable(request: Request, error: Exception) -> Response:
    """What is answered while the database is not to be had."""
    return PlainTextResponse("The database can't be reached just now.", status_code=503, headers=_NOT_KEPT)


UNAVAILABLE = {DatabaseUnavailableError: unavailable}
"""Errors that have an answer of their own."""


def _report(request: Request, compressed: bytes | None, headers: dict[str, str]) -> Response:
    if compressed is None:
        return PlainTextResponse("There is no such report. All that there are: /reports", 404, headers=_NOT_KEPT)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return HTMLResponse(compressed, headers={**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
    return HTMLResponse(gzip.decompress(compressed), headers={**headers, "Vary": "Accept-Encoding"})
