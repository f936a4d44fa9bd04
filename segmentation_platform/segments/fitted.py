"""A model with all that is worth knowing of its fit, as it is kept in the registry: one readable JSON document."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

import pandas as pd

from segmentation_platform.segments.drift import Reference
from segmentation_platform.segments.model import SegmentModel
from segmentation_platform.segments.selection.choice import Evidence


@dataclass(frozen=True)
class Selection:
    """How transform and k were chosen; refits of the model keep it.

    Attributes:
        as_of: reporting date of the customers by whom they were chosen
        evidence: of everything that was tried
        is_stable: whether the choice fulfilled the conditions of the rule

    """

    as_of: date
    evidence: tuple[Evidence, ...]
    is_stable: bool


@dataclass(frozen=True)
class FittedModel:
    """A model in the registry.

    Attributes:
        model: transform, centroids, numbers and names
        as_of: reporting date of the customers it was fitted on
        customers: how many they were
        silhouette: of the fit
        jaccards: mean bootstrap Jaccard per segment
        reference: what those customers were like
        selection: how transform and k were chosen

    """

    model: SegmentModel
    as_of: date
    customers: int
    silhouette: float
    jaccards: tuple[float, ...]
    reference: Reference
    selection: Selection

    @property
    def evidence(self) -> Evidence:
        """The evidence for this transform and k at the time of the choice."""
        transform, k = self.model.transform.kind, self.model.k
        return next(e for e in self.selection.evidence if (e.transform, e.k) == (transform, k))

    def selection_table(self) -> pd.DataFrame:
        """The evidence for all that was tried: columns of `contracts.ModelSelection`, without the region."""
        table = pd.DataFrame([asdict(evidence) for evidence in self.selection.evidence])
        table["is_chosen"] = [evidence == self.evidence for evidence in self.selection.evidence]
        table["judged_on"] = pd.Timestamp(self.selection.as_of)
        return table.astype(
            {
                "transform": "str",
                "repurchase_auc": "float64",
                "spend_correlation": "float64",
                "judged_on": "datetime64[us]",
            }
        )

    def to_json(self) -> str:
        """The model and its fit as JSON; `from_json` gives back an equal one."""
        document = {**asdict(self), "model": self.model.to_document()}
        return json.dumps(document, default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a model from its JSON.

        Raises:
            ValueError: when the model is on other features than this version's.

        """
        document = json.loads(text)
        return cls(
            SegmentModel.from_document(document["model"]),
            date.fromisoformat(document["as_of"]),
            document["customers"],
            document["silhouette"],
            tuple(document["jaccards"]),
            _reference(document["reference"]),
            _selection(document["selection"]),
        )


def _reference(document: dict[str, Any]) -> Reference:
    edges, shares = (tuple(map(tuple, document[name])) for name in ("edges", "shares"))
    return Reference(edges, shares, tuple(document["segment_shares"]))


def _selection(document: dict[str, Any]) -> Selection:
    evidence = tuple(Evidence(**row) for row in document["evidence"])
    return Selection(date.fromisoformat(document["as_of"]), evidence, document["is_stable"])
