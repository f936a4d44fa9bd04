"""Messages of a few lines, the most important first: they are read on a telephone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from segmentation_platform.contracts.snapshot_record import Snapshot

_SHOWN_OF_A_CAUSE = 120


@dataclass(frozen=True)
class Message:
    """What is sent.

    Attributes:
        title: one line; the subject of an e-mail
        body: plain text
        kind: how bad it is

    """

    title: str
    body: str
    kind: Literal["failure", "warning", "success"]


@dataclass(frozen=True)
class Failed:
    """A run that failed, and will not be tried again by itself.

    Attributes:
        what: name of the job
        cause: the first thing that failed, in words
        not_made: assets that were not made because of it
        attempts: how often it was tried
        run_again: command, or what else there is to do
        link: to the run's page

    """

    what: str
    cause: str
    not_made: Sequence[str]
    attempts: int
    run_again: str
    link: str


def failure(failed: Failed, served: Snapshot | None) -> Message:
    """What to send of a failed run: cause, assets, what is served, and how to run again."""
    lines = [f"Cause: {failed.cause}"]
    if failed.not_made:
        lines.append(f"Not made: {', '.join(failed.not_made)}")
    lines += [
        f"Run again: {failed.run_again}",
        _still_served(served),
        f"Details: {failed.link}" + (f" (attempt {failed.attempts})" if failed.attempts > 1 else ""),
    ]
    return Message(f"{failed.what} failed: {_first_line(failed.cause)}", "\n".join(lines), "failure")


@dataclass(frozen=True)
class Late:
    """A refresh that is due and not there.

    Attributes:
        due: when it was to begin
        found: what became of it, as far as is known
        link: to the web server's list of runs

    """

    due: datetime
    found: str
    link: str


def late(missed: Late, served: Snapshot | None) -> Message:
    """What to send of a late or missed refresh."""
    lines = [missed.found, _still_served(served), f"Runs: {missed.link}"]
    title = f"The refresh that was due on {missed.due:%Y-%m-%d at %H:%M %Z} is not there"
    return Message(title, "\n".join(lines), "warning")


def _still_served(served: Snapshot | None) -> str:
    if served is None:
        return "Nothing is published yet."
    return f"Still served: snapshot {served.snapshot_id}, as of {served.as_of}."


def _first_line(cause: str) -> str:
    line = cause.partition("\n")[0]
    return line if len(line) <= _SHOWN_OF_A_CAUSE else f"{line[:_SHOWN_OF_A_CAUSE]}…"
