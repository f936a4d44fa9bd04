"""Which process works on a run: said on the run itself, so that a run whose process is gone is not waited for."""

import json
import socket

import psutil

TAG = "segmentation/worker"
"""Tag of a run: the process that works on it."""


def this_worker() -> str:
    """Who this process is: host, process id, and when it began, so that no later process is taken for it."""
    process = psutil.Process()
    return json.dumps([socket.gethostname(), process.pid, process.create_time()])


def is_gone(worker: str) -> bool:
    """Whether a process of this host is gone; of other hosts nothing is known, so they are not."""
    host, number, began = json.loads(worker)
    if host != socket.gethostname():
        return False
    try:
        process = psutil.Process(number)
        return bool(process.create_time() != began or process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
