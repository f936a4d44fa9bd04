"""Do segments predict what customers do next? Judged on a time that nothing was learned from.

A model fitted some months ago learns, in the following days, which of its segments buy again and how much they
spend; it then puts customers of a later day into segments, and what those predict is compared with what happened.
"""

from dataclasses import dataclass

from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from segmentation_platform.customers.point_in_time import Outlook
from segmentation_platform.segments.model import SegmentModel


@dataclass(frozen=True)
class PredictiveValidity:
    """What segments predict.

    Attributes:
        repurchase_auc: area under the ROC curve, by the segment's learned share of buyers, of who buys again
        spend_correlation: Spearman's, of the segment's learned mean spending with each customer's spending

    """

    repurchase_auc: float
    spend_correlation: float


def predictive_validity(model: SegmentModel, outlook: Outlook) -> PredictiveValidity | None:
    """Judge a model fitted on `outlook.learned.customers`; None where everybody or nobody bought."""
    then = model.assign(outlook.learned.customers)["segment_id"]
    bought = (outlook.learned.spent > 0).groupby(then).mean()
    spent = outlook.learned.spent.groupby(then).mean()
    later = model.assign(outlook.judged.customers)["segment_id"]
    truth = outlook.judged.spent > 0
    if truth.nunique() < 2:
        return None
    # A segment in which nobody was then says nothing: as everybody.
    chance = later.map(bought).fillna(bought.mean())
    amount = later.map(spent).fillna(spent.mean())
    correlation = spearmanr(amount, outlook.judged.spent).statistic if amount.nunique() > 1 else 0.0
    return PredictiveValidity(float(roc_auc_score(truth, chance)), float(correlation))
