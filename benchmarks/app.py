"""Measure the app: how soon a page is whole, what readers cost in memory, and what many at once cost each of them.

    python -m benchmarks.app [--from FOLDER] [--readers 20] [--repeats 3]

Without a folder the database is read that the command line works on. A reader is what a browser is to the server: a
websocket that asks for a page and gets all that stands on it. Pages are asked for in turns, first by one reader alone
and then by many at once, in the same run, so that what else the machine does touches both alike. Drawing in the
browser is not measured.
"""

import argparse
import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PAGES = ("today", "segment", "movement", "products", "season", "cancellations", "quality")
_START_SECONDS = 60


@dataclass(frozen=True)
class View:
    """Seconds until the first chart, the last element and the end of a page."""

    first: float
    last: float
    end: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="folder", type=Path)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    began = time.perf_counter()
    with _served(arguments.folder) as (port, process):
        print(f"answers after {time.perf_counter() - began:.1f} s, {_megabytes(process):.0f} MB")
        asyncio.run(_measure(port, process, arguments.readers, arguments.repeats))


async def _measure(port: int, process: psutil.Process, readers: int, repeats: int) -> None:
    for state in ("cold", "warm"):
        for page in PAGES:
            view = await _view(port, page)
            print(f"{state} {page:<14} first chart or table {view.first:.2f} s, last {view.last:.2f} s")
    print(f"memory after every page was seen: {_megabytes(process):.0f} MB")
    alone, together = [], []
    for _ in range(repeats):
        alone += [(await _view(port, page)).end for page in PAGES]
        asked = [PAGES[number % len(PAGES)] for number in range(readers)]
        together += [view.end for view in await asyncio.gather(*(_view(port, page) for page in asked))]
    one, many = statistics.median(alone), statistics.median(together)
    print(f"one reader: median {one:.2f} s, slowest {max(alone):.2f} s")
    print(f"{readers} readers at once: median {many:.2f} s, slowest {max(together):.2f} s, ratio {many / one:.1f}")
    for number in (1, 10):
        print(f"memory with {number} more readers staying: {await _staying(port, process, number):+.0f} MB")


async def _staying(port: int, process: psutil.Process, number: int) -> float:
    before = _megabytes(process)
    async with _readers(port, number) as sockets:
        await asyncio.gather(*(_page(reader, "today") for reader in sockets))
        return _megabytes(process) - before


@asynccontextmanager
async def _readers(port: int, number: int) -> AsyncIterator[Sequence[websockets.ClientConnection]]:
    sockets = [await _connect(port) for _ in range(number)]
    yield sockets
    for reader in sockets:
        await reader.close()


async def _view(port: int, page: str) -> View:
    reader = await _connect(port)
    try:
        return await _page(reader, page)
    finally:
        await reader.close()


async def _connect(port: int) -> websockets.ClientConnection:
    return await websockets.connect(
        f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=[websockets.Subprotocol("streamlit")], max_size=None
    )


async def _page(reader: websockets.ClientConnection, page: str) -> View:
    began = time.perf_counter()
    asked = BackMsg()
    asked.rerun_script.page_name = page
    await reader.send(asked.SerializeToString())
    seen: list[float] = []
    while True:
        said = ForwardMsg()
        said.ParseFromString(bytes(await reader.recv(decode=False)))
        now = time.perf_counter() - began
        if said.WhichOneof("type") == "script_finished":
            assert seen, f"{page} shows nothing"
            return View(seen[0], seen[-1], now)
        if said.delta.new_element.WhichOneof("type") in ("plotly_chart", "arrow_data_frame", "metric"):
            seen.append(now)


@contextmanager
def _served(folder: Path | None) -> Iterator[tuple[int, psutil.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    program = str(Path(sys.executable).parent / "segmentation-platform")
    command = [program, "app", "--port", str(port), *(["--from", str(folder)] if folder else [])]
    server = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port, psutil.Process(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def _wait_for(port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("The app did not come up.")


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
