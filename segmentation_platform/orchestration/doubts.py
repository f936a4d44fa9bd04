"""What a run shows of the doubts that the last inspection left: a number each on raw_sales, and a warning."""

from collections.abc import Sequence
from typing import Final

import dagster as dg

from segmentation_platform.ledger.inspection import WORTH_ASKING, Doubt, DoubtKind

CHECK: Final = dg.AssetCheckSpec(
    "doubts_are_small",
    asset="raw_sales",
    description="How the lines that came last are to be read is clear: below 1 % of money and customers hang on any "
    "doubt. A greater one stops a run, unless it is accepted.",
)


def plotted(doubts: Sequence[Doubt] | None) -> dict[str, float]:
    """The share of money or customers that hangs on each kind of doubt, 0 to 1; nothing where it was never inspected.

    Kinds without a doubt are 0, so that a line through the nights falls when a doubt is answered.
    """
    if doubts is None:
        return {}
    return {f"doubt/{kind}": _weight(kind, doubts) for kind in DoubtKind}


def checked(doubts: Sequence[Doubt] | None) -> dg.AssetCheckResult:
    """Warns of doubts that are worth asking about, and tells each with the setting that decides it."""
    if doubts is None:
        return _result("The ledger was loaded before ledgers were inspected.", ())
    heavy = [doubt for doubt in doubts if doubt.weight >= WORTH_ASKING]
    if not heavy:
        return _result("Nothing of weight is doubtful." if doubts else "Nothing is doubtful.", doubts)
    return _result(" ".join(f"{doubt.says} ({doubt.weight:.1%})" for doubt in heavy), doubts, passed=False)


def _result(said: str, doubts: Sequence[Doubt], *, passed: bool = True) -> dg.AssetCheckResult:
    kinds = dict.fromkeys(doubt.kind for doubt in doubts)
    shown: dict[str, float | dg.MetadataValue] = {str(kind): _weight(kind, doubts) for kind in kinds}
    if doubts:
        told = (f"{doubt.says}\n```toml\n{doubt.setting}\n```" for doubt in doubts)
        shown["settings"] = dg.MetadataValue.md("\n\n".join(told))
    return dg.AssetCheckResult(
        check_name=CHECK.name, passed=passed, severity=dg.AssetCheckSeverity.WARN, description=said, metadata=shown
    )


def _weight(kind: DoubtKind, doubts: Sequence[Doubt]) -> float:
    return max((doubt.weight for doubt in doubts if doubt.kind is kind), default=0.0)
