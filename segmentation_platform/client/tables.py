"""One method for every view of `serving`, with the filters that people ask for."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from segmentation_platform.client.query import Conditions, Page, Query, Wanted, conditions, select

_EVERYTHING = Page()


class Tables:
    """The views as frames.

    Every method gives the columns of its contract (see the data dictionary), with its dtypes, ordered by its key. A
    filter is one value, or several of which any will do; without it all rows are given. What does not occur gives a
    frame without rows.
    """

    @abstractmethod
    def run(self, query: Query) -> pd.DataFrame:
        """The rows of a query."""

    def table(
        self,
        view: str,
        wanted: Mapping[str, Wanted] | None = None,
        *,
        columns: Sequence[str] = (),
        page: Page = _EVERYTHING,
    ) -> pd.DataFrame:
        """Any view, filtered by any of its columns.

        Args:
            view: of `serving`, such as `segments` or `segments_history`
            wanted: values by column
            columns: names; all of them where none is given
            page: order, and how many rows

        Raises:
            ClientError: when there is no such view or column, or nothing can be read.

        """
        return self.run(select(view, conditions(view, wanted or {}), columns, page))

    def history(self, view: str, **wanted: Wanted) -> pd.DataFrame:
        """A view over all snapshots, with `snapshot_id` and `as_of` in front.

        A folder holds one snapshot, and so does its history.

        Args:
            view: such as `segments`
            wanted: values by column, such as `segment="Champions"`

        """
        return self.table(f"{view}_history", wanted)

    def snapshots(self) -> pd.DataFrame:
        """All snapshots, and which one is served."""
        return self.table("snapshot_history")

    def snapshots_so_far(self) -> pd.DataFrame:
        """The served snapshot and those before it of the same ledger: what it can be compared with.

        Snapshots of other ledgers are of other shops, and after a rollback there are some of later days.
        """
        shown = self.table("snapshot").iloc[0]
        known = self.table("snapshot_history", {"ledger": str(shown["ledger"])})
        until = (known["snapshot_id"] <= shown["snapshot_id"]) & (known["as_of"] <= shown["as_of"])
        so_far: pd.DataFrame = known[until].reset_index(drop=True)
        return so_far

    def segments(self, segment: Wanted = None) -> pd.DataFrame:
        """The segments: size, worth, habits, stability."""
        return self.table("segments", {"segment": segment})

    def segment_regions(self, segment: Wanted = None, region: Wanted = None) -> pd.DataFrame:
        """The segments in every region."""
        return self.table("segment_regions", {"segment": segment, "region": region})

    def customer_segments(
        self,
        segment: Wanted = None,
        *,
        customer_id: Wanted = None,
        region: Wanted = None,
        country: Wanted = None,
        taste: Wanted = None,
        changed_since: date | None = None,
        columns: Sequence[str] = (),
        page: Page = _EVERYTHING,
    ) -> pd.DataFrame:
        """The customers and their segments.

        Args:
            segment: name
            customer_id: number
            region: of the last purchase
            country: of the last purchase
            taste: taste group
            changed_since: only who came into the segment on that reporting date or later
            columns: names; all of them where none is given
            page: order, and how many rows

        """
        wanted = {
            "segment": segment,
            "customer_id": customer_id,
            "region": region,
            "country": country,
            "taste": taste,
        }
        where = conditions("customer_segments", wanted)
        if changed_since is not None:
            where.add("changed_on >= {}", changed_since)
        return self.run(select("customer_segments", where, columns, page))

    def customer_segment_history(
        self, customer_id: Wanted = None, *, segment: Wanted = None, on: date | None = None
    ) -> pd.DataFrame:
        """Who was in which segment from when until when; with a day, as it was then."""
        where = conditions("customer_segment_history", {"customer_id": customer_id, "segment": segment})
        if on is not None:
            where.add("valid_from <= {}", on)
            where.add("(valid_to IS NULL OR valid_to > {})", on)
        return self.run(select("customer_segment_history", where))

    def segment_moves(
        self, period: Wanted = None, *, from_segment: Wanted = None, to_segment: Wanted = None
    ) -> pd.DataFrame:
        """Who moved from which segment to which in a month."""
        return self.table("segment_moves", {"period": period, "from_segment": from_segment, "to_segment": to_segment})

    def segment_recommendations(
        self,
        segment: Wanted = None,
        *,
        region: Wanted = None,
        taste: Wanted = None,
        list: Wanted = None,  # noqa: A002 - the column is called so
        top: int | None = None,
    ) -> pd.DataFrame:
        """Products to offer to a segment; `all` is a region, and a taste, as well.

        Args:
            segment: name
            region: region, or `all`
            taste: taste, or `all`
            list: popular, rising or signature
            top: only the first so many of each list

        """
        wanted = {"segment": segment, "region": region, "taste": taste, "list": list}
        return self.run(_ranked("segment_recommendations", conditions("segment_recommendations", wanted), top))

    def customer_recommendations(
        self,
        customer_id: Wanted = None,
        *,
        list: Wanted = None,  # noqa: A002 - the column is called so
        top: int | None = None,
    ) -> pd.DataFrame:
        """Products to offer to a customer: buy_again and new_to_you, or the first so many of them."""
        wanted = {"customer_id": customer_id, "list": list}
        return self.run(_ranked("customer_recommendations", conditions("customer_recommendations", wanted), top))

    def similar_items(self, stock_code: Wanted = None, *, top: int | None = None) -> pd.DataFrame:
        """What is bought together with a product."""
        return self.run(_ranked("similar_items", conditions("similar_items", {"stock_code": stock_code}), top))

    def products(
        self,
        stock_code: Wanted = None,
        *,
        category: Wanted = None,
        product_type: Wanted = None,
        contains: str = "",
        page: Page = _EVERYTHING,
    ) -> pd.DataFrame:
        """The products.

        Args:
            stock_code: code
            category: product category
            product_type: product type
            contains: only those whose code or description contains this, in capitals or not
            page: order, and how many rows

        """
        wanted = {"stock_code": stock_code, "category": category, "product_type": product_type}
        where = conditions("products", wanted)
        if contains:
            where.add("position(lower({}) IN lower(stock_code || ' ' || coalesce(description, ''))) > 0", contains)
        return self.run(select("products", where, (), page))

    def seasonality(self, subject_kind: Wanted = None, *, subject: Wanted = None) -> pd.DataFrame:
        """Every month's sales against the quiet ones: of all, or by buyers, category or region."""
        return self.table("seasonality", {"subject_kind": subject_kind, "subject": subject})

    def cancellations(self, subject_kind: Wanted = None, *, subject: Wanted = None) -> pd.DataFrame:
        """What is cancelled: of all, or by buyers, month, segment, category, product or region."""
        return self.table("cancellations", {"subject_kind": subject_kind, "subject": subject})

    def countries(self, country: Wanted = None, *, region: Wanted = None) -> pd.DataFrame:
        """What each country buys, and how unlike home it is."""
        return self.table("countries", {"country": country, "region": region})

    def cohorts(self, cohort: date | None = None) -> pd.DataFrame:
        """How many of the customers who first bought in a month bought again in each month after."""
        return self.table("cohorts", {"cohort": cohort})

    def campaigns(self, campaign: Wanted = None) -> pd.DataFrame:
        """The campaigns of the playbook, with their days and the size of their audience."""
        return self.table("campaigns", {"campaign": campaign})

    def campaign_audiences(
        self,
        campaign: Wanted = None,
        *,
        segment: Wanted = None,
        customer_id: Wanted = None,
        is_holdout: bool | None = None,
    ) -> pd.DataFrame:
        """Who is in which campaign, why, and who is held out: not to be contacted."""
        wanted = {"campaign": campaign, "segment": segment, "customer_id": customer_id, "is_holdout": is_holdout}
        return self.table("campaign_audiences", wanted)

    def checks(self, *, passed: bool | None = None, severity: Wanted = None) -> pd.DataFrame:
        """The data checks of the run that published the snapshot."""
        return self.table("checks", {"passed": passed, "severity": severity})

    def model_selection(self, region: Wanted = None) -> pd.DataFrame:
        """The evidence by which the segments were chosen."""
        return self.table("model_selection", {"region": region})

    def segment_drift(self, region: Wanted = None) -> pd.DataFrame:
        """How far customers have drifted from the model in force."""
        return self.table("segment_drift", {"region": region})

    def recommendation_quality(
        self, model: Wanted = None, *, task: Wanted = None, metric: Wanted = None, baseline: Wanted = None
    ) -> pd.DataFrame:
        """How well the lists recommend, against what is popular."""
        return self.table(
            "recommendation_quality", {"model": model, "task": task, "metric": metric, "baseline": baseline}
        )

    def models(self, kind: Wanted = None, *, region: Wanted = None) -> pd.DataFrame:
        """The models in force, as JSON."""
        return self.table("models", {"kind": kind, "region": region})

    def product_demand(self, stock_code: Wanted = None) -> pd.DataFrame:
        """How much each product is bought, lately and again."""
        return self.table("product_demand", {"stock_code": stock_code})

    def regional_demand(self, region: Wanted = None, *, stock_code: Wanted = None) -> pd.DataFrame:
        """What is popular lately in each region."""
        return self.table("regional_demand", {"region": region, "stock_code": stock_code})

    def item_weights(self, stock_code: Wanted = None) -> pd.DataFrame:
        """Which purchases speak for each product, as JSON."""
        return self.table("item_weights", {"stock_code": stock_code})


def _ranked(view: str, where: Conditions, top: int | None) -> Query:
    if top is not None:
        where.add("rank <= {}", top)
    return select(view, where)
