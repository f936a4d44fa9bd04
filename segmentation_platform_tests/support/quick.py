"""The one answer to what a quick run of the platform is: everything happens, on as little evidence as will do.

A model is chosen from three numbers of segments and judged by few samples, whose limits a shop of a few hundred
customers can keep. Every helper that runs the platform takes these; the tests of the real ledger, and the one that
types `segmentation-platform run`, run with what is delivered.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform.settings import Settings

QUICK_RULES: Final = SegmentationRules(compared=(), bootstraps=3, halvings=2)
"""Rules of segmentation by which little is tried, for tests in which the full evidence is not the point."""

_SECTIONS: Final[Mapping[str, Mapping[str, object]]] = {
    "segmentation": {
        "compared": [],
        "k_max": 4,
        "bootstraps": 3,
        "halvings": 2,
        "min_chosen_jaccard": 0.5,
        "min_prediction_strength": 0.1,
        "min_refit_jaccard": 0.01,
        "max_idle_day_relabelled": 0.1,
    },
    "recommendations": {"backtest": {"days": 200, "draws": 20}},
}
"""Lists are not judged as of past days: a small shop's ledger has not so many. `judged` has them judged."""


def quick_settings(home: Path, ledger: Path) -> Settings:
    """Settings that name a ledger, and are quick."""
    return Settings.model_validate({"home": home, "ledger": {"sales": str(ledger)}, **_SECTIONS})


def judged(settings: Settings) -> Settings:
    """The same settings, by which recommendations are judged on past days."""
    backtest = settings.recommendations.backtest
    days = type(backtest)().days
    played = settings.recommendations.model_copy(update={"backtest": backtest.model_copy(update={"days": days})})
    return settings.model_copy(update={"recommendations": played})


def quick_environment() -> dict[str, str]:
    """The same for a command: what stands in its environment."""
    return dict(_variables("SEGMENTATION", _SECTIONS))


def _variables(prefix: str, fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    separator = "_" if prefix == "SEGMENTATION" else "__"
    for name, value in fields.items():
        variable = f"{prefix}{separator}{name.upper()}"
        if isinstance(value, Mapping):
            yield from _variables(variable, value)
        else:
            yield variable, json.dumps(value)
