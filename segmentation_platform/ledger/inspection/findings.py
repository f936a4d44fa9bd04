"""What an inspection of a ledger says: what it took and why, and what it doubts."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

WORTH_ASKING: Final = 0.01
"""Share of the money or of the customers above which a doubt stops a run."""


@dataclass(frozen=True)
class Finding:
    """Something that was inferred.

    Attributes:
        part: of the profile
        took: what was taken
        because: the evidence

    """

    part: str
    took: str
    because: str


@dataclass(frozen=True)
class Doubt:
    """Something that the ledger does not tell.

    Attributes:
        says: what is doubtful, and what it would change
        setting: lines of segmentation.toml that decide it
        weight: share of the money or of the customers, whichever is greater, that hangs on it

    """

    says: str
    setting: str
    weight: float
    is_loss: bool = False
    """Whether money or customers are lost by it, whatever is said; up to `tolerated` of the profile they may be."""


def quoted(text: str) -> str:
    """A text as TOML writes it, whatever stands in it."""
    return json.dumps(text, ensure_ascii=False)


def listed(texts: Iterable[str]) -> str:
    """Texts as a list of TOML."""
    return f"[{', '.join(map(quoted, texts))}]"


def tolerating(share: float) -> str:
    """The lines of segmentation.toml that let a share of the money be lost."""
    return (
        f"[profile]\ntolerated = {min(1.0, round(share * 1.1 + 0.005, 2))}    # share of the money that may be lost"
    )


def settings_of(doubt: Doubt) -> list[tuple[str, str]]:
    """The settings that decide a doubt: part and field of the profile; no field for one of the profile itself."""
    found: list[tuple[str, str]] = []
    for part, fields in tomllib.loads(doubt.setting).get("profile", {}).items():
        found += [(part, field) for field in fields] if isinstance(fields, dict) else [(part, "")]
    return found


@dataclass(frozen=True)
class Inferred:
    """A part of a profile, as far as the ledger tells it.

    Attributes:
        fields: of the part, with what was taken
        findings: why
        doubts: what could be otherwise

    """

    fields: dict[str, object]
    findings: tuple[Finding, ...] = ()
    doubts: tuple[Doubt, ...] = ()
