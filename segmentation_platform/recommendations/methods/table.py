"""The table of methods: what serves each list, since when and why; made of decisions, read back into settings."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

import pandas as pd
from pydantic import BaseModel

from segmentation_platform.contracts.recommendations import RANKED_LISTS, RecommendationMethods
from segmentation_platform.recommendations.errors import RecommendationError
from segmentation_platform.recommendations.methods.contest import COUNTED, SET, Decision, Incumbent, figures
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.recommendations.weights import (
    COUNTING,
    COUNTING_OF_CELLS,
    COUNTING_OF_SIMILAR,
    CellWeights,
    ScoreWeights,
    SimilarityWeights,
)

BUY_AGAIN, NEW_TO_YOU, SEGMENTS, SIMILAR = RANKED_LISTS

Decisions: TypeAlias = dict[str, Decision[Any]]

_SAFE: Final[Mapping[str, BaseModel]] = {
    BUY_AGAIN: COUNTING,
    NEW_TO_YOU: COUNTING,
    SEGMENTS: COUNTING_OF_CELLS,
    SIMILAR: COUNTING_OF_SIMILAR,
}
_SECTION: Final = {
    BUY_AGAIN: "[recommendations.customers.weights]",
    NEW_TO_YOU: "[recommendations.customers.weights]",
    SEGMENTS: "[recommendations.cells]",
    SIMILAR: "[recommendations.similar.weights]",
}
Weights = TypeVar("Weights", bound=BaseModel)


def is_due(in_force: pd.DataFrame, as_of: date, rules: RecommendationRules) -> bool:
    """Whether methods are to be compared again.

    Args:
        in_force: columns of `contracts.RecommendationMethods`, of the night before; no rows if there was none
        as_of: reporting date
        rules: how often; what they set, or forbid to learn, counts at once

    """
    if set(in_force["list"]) != set(RANKED_LISTS) or not rules.learning.may_learn:
        return True
    owned = owners_choice(rules)
    served = {str(row.list): row for row in in_force.itertuples()}
    if any((served[name].method == SET) != (name in owned) for name in RANKED_LISTS):
        return True
    if any(weights.model_dump_json() != served[name].weights for name, weights in owned.items()):
        return True
    compared = in_force.loc[in_force["method"] != SET, "compared_on"]
    return bool(compared.isna().any() or _days_since(compared, as_of) >= rules.learning.every_days)


def _days_since(compared: "pd.Series[pd.Timestamp]", as_of: date) -> int:
    return 0 if compared.empty else int((pd.Timestamp(as_of) - compared.min()).days)


def owners_choice(rules: RecommendationRules) -> dict[str, BaseModel]:
    """The numbers of the lists whose owner has set them."""
    chosen = {
        BUY_AGAIN: rules.customers.weights,
        NEW_TO_YOU: rules.customers.weights,
        SEGMENTS: rules.cells,
        SIMILAR: rules.similar.weights,
    }
    return {name: weights for name, weights in chosen.items() if weights is not None}


def with_methods(rules: RecommendationRules, methods: pd.DataFrame) -> RecommendationRules:
    """The settings with the numbers that serve.

    Args:
        rules: the settings
        methods: columns of `contracts.RecommendationMethods`; a list that it does not have is counted

    Raises:
        RecommendationError: when the table was not made yet.

    """
    if methods.empty:
        raise RecommendationError(
            "Nothing says yet which way to rank serves the lists. Materialize recommendation_methods first."
        )
    similar = rules.similar.model_copy(update={"weights": _weights(methods, SIMILAR, SimilarityWeights)})
    cells = _weights(methods, SEGMENTS, CellWeights)
    chosen = rules.with_weights(chosen_weights(methods))
    return chosen.model_copy(update={"cells": cells, "similar": similar})


def chosen_weights(methods: pd.DataFrame) -> ScoreWeights:
    """The numbers in the score of the customers' lists, from the table of methods."""
    return _weights(methods, NEW_TO_YOU, ScoreWeights)


def _weights(methods: pd.DataFrame, name: str, kind: type[Weights]) -> Weights:
    own = methods.loc[methods["list"] == name, "weights"]
    return kind() if own.empty else kind.model_validate_json(str(own.iloc[0]))


def incumbent(in_force: pd.DataFrame, name: str, kind: type[Weights]) -> Incumbent[Weights] | None:
    """What served a list the night before; None if nothing did."""
    own = in_force[in_force["list"] == name]
    if own.empty:
        return None
    since = pd.Timestamp(str(own["since"].iloc[0])).date()
    return Incumbent(str(own["method"].iloc[0]), since, _weights(in_force, name, kind))


def set_decisions(rules: RecommendationRules, as_of: date, in_force: pd.DataFrame) -> Decisions:
    """What serves the lists whose owner has set it."""
    found: Decisions = {}
    for name, weights in owners_choice(rules).items():
        before = incumbent(in_force, name, type(weights))
        is_same = before is not None and before.method == SET and before.weights == weights
        since = before.since if before is not None and is_same else as_of
        found[name] = Decision(SET, since, f"Set in {_SECTION[name]}.", weights)
    return found


def counted_decision(name: str, reason: str, as_of: date, in_force: pd.DataFrame) -> Decision[Any]:
    """Counting serves a list, for want of anything to compare."""
    before = incumbent(in_force, name, type(_SAFE[name]))
    since = before.since if before is not None and before.method == COUNTED else as_of
    return Decision(COUNTED, since, reason, _SAFE[name])


def counted(reason: str, as_of: date, rules: RecommendationRules, in_force: pd.DataFrame) -> pd.DataFrame:
    """The table of methods of a ledger that does not tell yet: counting serves, which is safe.

    What its owner has set serves all the same.
    """
    safe = {name: counted_decision(name, reason, as_of, in_force) for name in RANKED_LISTS}
    return table(safe | set_decisions(rules, as_of, in_force), None)


def table(decisions: Decisions, compared_on: date | None) -> pd.DataFrame:
    """The table of methods; what is set was compared with nothing."""
    found = [
        {
            "list": name,
            "method": own.method,
            "since": own.since,
            "compared_on": None if own.method == SET else compared_on,
            "why": own.why,
            **figures(own.comparison),
            "weights": own.weights.model_dump_json(),
        }
        for name, own in sorted(decisions.items())
    ]
    frame = pd.DataFrame(found, columns=RecommendationMethods.column_names())
    days = {name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in ("since", "compared_on")}
    return frame.assign(**days).astype(RecommendationMethods.no_rows().dtypes)
