"""What the published tables must say alike; a snapshot in which they differ is never served."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from segmentation_platform.contracts.disagreement import Disagreement
from segmentation_platform.contracts.insight_agreement import insight_disagreements
from segmentation_platform.contracts.ledger import ANY_PRODUCT

AGREEING = (
    "customer_segments",
    "segments",
    "segment_regions",
    "segment_recommendations",
    "products",
    "similar_items",
    "bundles",
    "seasonality",
    "cancellations",
    "countries",
    "cohorts",
    "product_demand",
    "regional_demand",
    "item_weights",
    "campaigns",
    "campaign_audiences",
)
"""The tables that are compared with each other, whole, before they are published."""


def disagreements(tables: Mapping[str, pd.DataFrame]) -> list[Disagreement]:
    """Compare the published tables.

    Args:
        tables: frames of `AGREEING`

    Returns:
        All differences; none when the tables are of one piece.

    """
    customers, profiles = tables["customer_segments"], tables["segments"]
    recommended, products = tables["segment_recommendations"], tables["products"]
    return [
        *_names(customers, profiles, "customer_segments"),
        *_names(recommended, profiles, "segment_recommendations"),
        *_sizes(customers, profiles),
        *(_missing(profiles, recommended) if tells_products(products) else ()),
        *_unknown(recommended, products),
        *_regions(customers, tables["segment_regions"]),
        *_unsold(tables, products),
        *insight_disagreements(tables),
        *_audiences(tables["campaign_audiences"], tables["campaigns"], customers),
    ]


class ListAgreement:
    """What customers' lists, which are too long to be held, must say like the other tables, part by part."""

    COLUMNS: Final = ("customer_id", "segment", "stock_code")
    """Of `contracts.CustomerRecommendations`, that are compared."""

    def __init__(self, customers: pd.DataFrame, products: pd.DataFrame) -> None:
        """Keep whom and what lists may name.

        Args:
            customers: columns of `contracts.CustomerSegments`
            products: columns of `contracts.Products`

        """
        self._customers = pd.Index(customers["customer_id"])
        self._members = pd.MultiIndex.from_frame(customers[["customer_id", "segment"]])
        self._products = pd.Index(products["stock_code"])

    def disagreements(self, lists: pd.DataFrame) -> list[Disagreement]:
        """The differences of a part of the lists, each once.

        Args:
            lists: at least `COLUMNS`

        """
        people = lists[["customer_id", "segment"]].drop_duplicates()
        is_known = people["customer_id"].isin(self._customers)
        is_elsewhere = is_known & ~pd.MultiIndex.from_frame(people).isin(self._members)
        codes = lists["stock_code"].drop_duplicates()
        wrong = {
            "customer is in customer_segments": people.loc[~is_known, "customer_id"].drop_duplicates(),
            "customer is in that segment": people.loc[is_elsewhere, "customer_id"].drop_duplicates(),
            "stock_code is in the catalog": codes[~codes.isin(self._products)],
        }
        return [
            Disagreement("customer_recommendations", rule, str(value))
            for rule, values in wrong.items()
            for value in values
        ]


def _names(table: pd.DataFrame, profiles: pd.DataFrame, name: str) -> list[Disagreement]:
    pairs = table[["segment_id", "segment"]].drop_duplicates()
    known = profiles[["segment_id", "segment"]].assign(is_known=True)
    strange = pairs.merge(known, how="left")
    strange = strange[strange["is_known"].isna()]
    return [
        Disagreement(name, "segment is one of the profiles", f"{row.segment_id} {row.segment}")
        for row in strange.itertuples()
    ]


def _sizes(customers: pd.DataFrame, profiles: pd.DataFrame) -> list[Disagreement]:
    counted = customers.groupby("segment_id").agg(found=("customer_id", "size"), spent=("monetary", "sum"))
    joined = profiles.set_index("segment_id")[["customers", "revenue"]].join(counted).fillna(0)
    found = []
    for segment_id, row in joined.iterrows():
        if row["customers"] != row["found"]:
            said = f"segment {segment_id}: {row['customers']:.0f} said, {row['found']:.0f} counted"
            found.append(Disagreement("segments", "customers are those of customer_segments", said))
        # Each customer's money is rounded to the cent, and so is the sum.
        if abs(row["revenue"] - row["spent"]) > 0.01:
            said = f"segment {segment_id}: {row['revenue']:.2f} said, {row['spent']:.2f} added up"
            found.append(Disagreement("segments", "revenue is that of customer_segments", said))
    return found


def _regions(customers: pd.DataFrame, regions: pd.DataFrame) -> list[Disagreement]:
    counted = customers.groupby("region").size()
    said = regions.groupby("region")["customers"].sum()
    both = pd.DataFrame({"counted": counted, "said": said}).fillna(0)
    return [
        Disagreement(
            "segment_regions",
            "customers are those of customer_segments",
            f"{region}: {row['said']:.0f} said, {row['counted']:.0f} counted",
        )
        for region, row in both[both["counted"] != both["said"]].iterrows()
    ]


def _unsold(tables: Mapping[str, pd.DataFrame], products: pd.DataFrame) -> list[Disagreement]:
    similar = (("similar_items", "stock_code"), ("similar_items", "similar_stock_code"))
    bundled = tuple(("bundles", f"stock_code_{number}") for number in (1, 2, 3))
    scoring = tuple((name, "stock_code") for name in ("product_demand", "regional_demand", "item_weights"))
    return [
        Disagreement(name, f"{column} is in the catalog", str(code))
        for name, column in (*similar, *bundled, *scoring)
        for code in tables[name].loc[~tables[name][column].isin(products["stock_code"]), column].dropna().unique()
    ]


NO_PRODUCTS = "The ledger tells no products apart, so there is nothing to recommend."


def tells_products(products: pd.DataFrame) -> bool:
    """Whether a ledger tells products apart, so that some can be recommended."""
    return products["stock_code"].tolist() != [ANY_PRODUCT]


def _missing(profiles: pd.DataFrame, recommended: pd.DataFrame) -> list[Disagreement]:
    without = profiles[~profiles["segment_id"].isin(recommended["segment_id"])]
    return [
        Disagreement("segment_recommendations", "every segment has recommendations", str(name))
        for name in without["segment"]
    ]


def _unknown(recommended: pd.DataFrame, products: pd.DataFrame) -> list[Disagreement]:
    unknown = recommended.loc[~recommended["stock_code"].isin(products["stock_code"]), "stock_code"].unique()
    return [Disagreement("segment_recommendations", "product is in the catalog", str(code)) for code in unknown]


def _audiences(audiences: pd.DataFrame, campaigns: pd.DataFrame, customers: pd.DataFrame) -> list[Disagreement]:
    """Everybody in a campaign is in the segment that is said, and campaigns are as large as they say."""
    known = customers[["customer_id", "segment"]].assign(is_known=True)
    joined = audiences[["customer_id", "segment"]].merge(known, how="left")
    counted = audiences.groupby("campaign").agg(customers=("is_holdout", "size"), held_out=("is_holdout", "sum"))
    said = campaigns.set_index("campaign")[["customers", "held_out"]]
    both = said.join(counted.add_suffix("_counted"), how="outer").fillna(0)
    wrong = both[(both["customers"] != both["customers_counted"]) | (both["held_out"] != both["held_out_counted"])]
    return [
        *(
            Disagreement("campaign_audiences", "customer is in that segment", str(customer))
            for customer in joined.loc[joined["is_known"].isna(), "customer_id"]
        ),
        *(
            Disagreement("campaigns", "customers and held_out are those of the audience", str(name))
            for name in wrong.index
        ),
    ]
