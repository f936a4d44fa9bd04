"""The web server of the monitor: `/live`, `/health`, `/metrics` and `/reports`; it only reads."""

import dagster as dg
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from segmentation_platform.orchestration.monitor.health import health
from segmentation_platform.orchestration.monitor.metrics import PlatformCollector
from segmentation_platform.orchestration.monitor.reports import UNAVAILABLE, report_routes
from segmentation_platform.settings import ScheduleSettings
from segmentation_platform.warehouse.database import Database


def monitor_app(database: Database, instance: dg.DagsterInstance, schedule: ScheduleSettings) -> Starlette:
    """The monitor as an ASGI application.

    `/live` says that the monitor itself is there. `/health` says how every part is, with 200 when all are well and
    503 otherwise. `/metrics` is for Prometheus. `/reports` lists the nightly reports.
    """
    registry = CollectorRegistry()
    registry.register(PlatformCollector(database, instance, schedule))

    def live(request: Request) -> Response:
        return PlainTextResponse("live")

    def look(request: Request) -> Response:
        parts = health(database, instance, schedule)
        words = {part.name: {"is_well": part.is_well, "words": part.words} for part in parts}
        return JSONResponse(words, status_code=200 if all(part.is_well for part in parts) else 503)

    def metrics(request: Request) -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    routes = [Route("/live", live), Route("/health", look), Route("/metrics", metrics), *report_routes(database)]
    return Starlette(routes=routes, exception_handlers=UNAVAILABLE)
