"""E-mail addresses as advertising services match them: hashed, so that no address leaves the house readable."""

import pandas as pd

from segmentation_platform.campaigns.errors import CampaignError
from segmentation_platform.ledger.addresses import hashed


def with_hashed_addresses(audience: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Join addresses to an audience and hash them.

    Args:
        audience: with `customer_id` and `is_holdout`
        addresses: `customer_id` and `email`; other customers' are not used

    Returns:
        The audience with `email_sha256`, null where no address is known, and where it is also that of somebody who is
        held out: whoever shares an address with them must not be contacted by it.

    Raises:
        CampaignError: when a customer has two different addresses.

    """
    known = addresses.dropna(subset=["customer_id", "email"]).copy()
    known["customer_id"] = known["customer_id"].astype("str").str.strip()
    known = known[known["email"].astype("str").str.strip() != ""]
    known["email_sha256"] = known["email"].astype("str").map(hashed)
    known = known[["customer_id", "email_sha256"]].drop_duplicates()
    twice = known.loc[known["customer_id"].duplicated(), "customer_id"]
    if len(twice):
        raise CampaignError(
            f"{len(twice)} customers have more than one address, for example {twice.iloc[0]}: keep one for each."
        )
    joined = audience.merge(known, on="customer_id", how="left", validate="m:1")
    kept_out = set(joined.loc[joined["is_holdout"], "email_sha256"].dropna())
    shared = ~joined["is_holdout"] & joined["email_sha256"].isin(kept_out)
    return joined.assign(email_sha256=joined["email_sha256"].mask(shared))
