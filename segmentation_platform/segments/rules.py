"""How many segments are tried, what counts as stable, when a model is replaced, and what is little data."""

import warnings
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

TransformKind = Literal["raw", "log", "yeo-johnson", "quantile"]

FORMER_NAMES: Final = {
    "chosen_jaccard": "min_chosen_jaccard",
    "chosen_strength": "min_prediction_strength",
    "chosen_quiet": "max_idle_day_relabelled",
    "stable_jaccard": "min_refit_jaccard",
    "least_agreement": "min_shadow_ari",
    "most_psi": "max_psi",
    "most_silhouette_loss": "max_silhouette_loss",
}
"""Settings by the names that they had up to 0.1; these still work, with a warning that says the new one."""


class SegmentationRules(BaseModel):
    """Rules of segmentation, one field each; set in the section `[segmentation]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    k_min: int = Field(default=3, ge=2)
    """Fewest segments that are tried."""
    k_max: int = Field(default=8, le=20)
    """Most segments that are tried."""
    transform: TransformKind | Literal["auto"] = "yeo-johnson"
    """How recency, frequency and monetary value are transformed before K-Means; auto: as the evidence picks."""
    compared: tuple[TransformKind, ...] = ("raw", "log", "yeo-johnson", "quantile")
    """Transforms that are judged beside it whenever a model is chosen."""
    min_chosen_jaccard: float = Field(default=0.85, gt=0, le=1)
    """To be chosen, every segment's mean bootstrap Jaccard is at least this (Hennig 2007: "very stable")."""
    min_prediction_strength: float = Field(default=0.75, gt=0, le=1)
    """To be chosen, the prediction strength is at least this (Tibshirani & Walther 2005)."""
    max_idle_day_relabelled: float = Field(default=0.01, gt=0, le=1)
    """To be chosen, at most this share of customers changes segment when a day passes on which nobody buys."""
    bootstraps: int = Field(default=20, ge=2)
    """Resamples behind each bootstrap figure."""
    halvings: int = Field(default=15, ge=2)
    """Random halvings behind each prediction strength."""
    max_judged_customers: int = Field(default=20_000, ge=50)
    """Fits are judged on a random sample of customers where there are more than this."""
    outlook_days: int = Field(default=90, ge=7)
    """Days ahead over which segments have to predict who buys again."""
    min_refit_jaccard: float = Field(default=0.75, gt=0, le=1)
    """A refit with a segment below this mean bootstrap Jaccard is not promoted (Hennig 2007: "stable")."""
    promotion_days: int = Field(default=30, ge=1)
    """Days after which the model in force is due to be replaced by its refit."""
    min_shadow_ari: float = Field(default=0.9, ge=0, le=1)
    """Adjusted Rand index with the nightly refit below which it is due at once."""
    max_psi: float = Field(default=0.1, gt=0)
    """Population stability index of a feature, or of the segments' shares, above which it is due at once."""
    max_silhouette_loss: float = Field(default=0.02, gt=0)
    """Fall of the silhouette since the fit above which it is due at once."""
    history_months: int = Field(default=6, ge=0)
    """Month-ends that the first run on a ledger looks back at, so that there is movement on day one."""
    per_region: bool = False
    """Whether regions with enough customers get a model of their own."""
    region_customers: int = Field(default=500, ge=50)
    """Customers from which on a region has enough for a model of its own."""
    enough_customers: int = Field(default=500, ge=1)
    """With fewer customers segments say little, and every face of the platform warns."""
    enough_days: int = Field(default=180, ge=1)
    """With a ledger of fewer days segments say little, and every face of the platform warns."""
    seed: int = 7
    """Seed of every random choice."""

    @property
    def tried(self) -> tuple[TransformKind, ...]:
        """The transforms that are judged."""
        own: tuple[TransformKind, ...] = () if self.transform == "auto" else (self.transform,)
        return tuple(dict.fromkeys((*own, *self.compared)))

    def data_note(self, customers: int, days: int) -> str:
        """A warning for every face of the platform where there is little data; empty where there is enough.

        Args:
            customers: in the segments
            days: from the first to the last sale

        """
        if customers >= self.enough_customers and days >= self.enough_days:
            return ""
        return (
            f"Little data: segments say little below {self.enough_customers:,} customers and {self.enough_days:,} "
            f"days, and there are {customers:,} and {days:,}."
        )

    @model_validator(mode="before")
    @classmethod
    def _by_former_names(cls, values: object) -> object:
        """Take a setting that is given by its former name."""
        if not isinstance(values, dict):
            return values
        current: dict[str, object] = {}
        for name, value in values.items():
            new = FORMER_NAMES.get(str(name), str(name))
            if new != name:
                words = f"The setting {name} is now called {new}; please rename it."
                warnings.warn(words, FutureWarning, stacklevel=2)
            if new in current:
                raise ValueError(f"{name} and {new} are one setting under two names; keep {new} only")
            current[new] = value
        return current

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.k_min > self.k_max:
            raise ValueError(f"k_min ({self.k_min}) is above k_max ({self.k_max})")
        if not self.tried:
            raise ValueError("transform is auto, and there is nothing in compared to pick from")
        return self
