"""Small ledgers for tests: raw lines by their differences from a plain sale, cleaned ones, a simulated shop's."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.customers.features import rfm_features
from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.catalog import product_catalog
from segmentation_platform.ledger.clean import Understanding, cleaned_ledger
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.in_memory import in_raw_columns
from segmentation_platform.ledger.point_in_time import COLUMNS, known_sales
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.ledger.readers import read_ledger
from segmentation_platform.ledger.simulate import ShopPlan, ShopTruth, SimulatedShop
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.segments.history import no_history, observe
from segmentation_platform.segments.lifecycle.refit import NightResult, RegionInputs, first_night
from segmentation_platform.segments.matching import Naming
from segmentation_platform.segments.profiles import Described, assign, customer_segments, segment_profiles
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform_tests.support.quick import QUICK_RULES
from segmentation_platform_tests.support.real_ledger import REAL_LEDGER
from segmentation_platform_tests.support.session import once

RAW_SCHEMA: Final = pa.schema(
    [("load_id", pa.int64()), ("line_number", pa.int64()), *((column, pa.string()) for column in TEXT_COLUMNS)]
)

SALE: Final[Mapping[str, str | None]] = {
    "invoice": "536365",
    "stock_code": "85123A",
    "description": "WHITE HANGING HEART T-LIGHT HOLDER",
    "quantity": "6",
    "invoice_date": "2010-12-01 08:26:00",
    "unit_price": "2.55",
    "customer_id": "17850",
    "country": "United Kingdom",
}
"""A line with nothing wrong."""

Line = Mapping[str, str | None]


def raw_lines(*lines: Line, load_id: int = 1) -> pa.Table:
    """Return `raw_sales` with these lines, each given by what differs from `SALE`."""
    nothing = dict.fromkeys(TEXT_COLUMNS)
    rows = [{"load_id": load_id, "line_number": n, **nothing, **SALE, **line} for n, line in enumerate(lines, 1)]
    return pa.Table.from_pylist(rows, RAW_SCHEMA)


def cleaned(raw: pa.Table, understanding: Understanding | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clean a raw ledger; return the clean and the rejected lines in the order of the ledger.

    Unless told, it is understood as the UCI ledger is.
    """
    with cleaned_ledger(DuckDBEngine(), raw, understanding or Understanding(online_retail())) as ledger:
        halves = (to_frame(ledger.clean.read_all()), to_frame(ledger.rejected.read_all()))
    clean, rejected = (half.sort_values(["load_id", "line_number"], ignore_index=True) for half in halves)
    return clean, rejected


def sales_lines(lines: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Return cleaned lines with the columns that features need, each given by what differs from a plain sale."""
    plain = {
        "load_id": 1,
        "invoice": "536365",
        "status": "completed",
        "stock_code": "85123A",
        "description": "WHITE HANGING HEART T-LIGHT HOLDER",
        "product_category": "Candles & lighting",
        "product_type": "T-light holder",
        "sold_at": pd.Timestamp("2010-12-01 08:26"),
        "quantity": 6.0,
        "unit_price": 2.55,
        "customer_id": "17850",
        "country": "United Kingdom",
        "region": "United Kingdom",
    }
    rows = [{**plain, "line_number": n, **line} for n, line in enumerate(lines, 1)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    dtypes = {"quantity": "float64", "unit_price": "float64", "customer_id": "str", "sold_at": "datetime64[us]"}
    return frame.astype(dtypes)


def features(clean: pd.DataFrame, as_of: date, rules: CustomerRules | None = None) -> pd.DataFrame:
    """Return the features of the customers of a cleaned ledger."""
    with known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of) as session:
        return rfm_features(session, as_of, rules or CustomerRules())


def catalog(clean: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the products of a cleaned ledger."""
    with known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of) as session:
        return product_catalog(session)


def read_file(path: Path, profile: Profile | None = None) -> pa.Table:
    """Read a ledger file whole; unless told, as the UCI ledger is read."""
    return pa.Table.from_batches(list(read_ledger(identify(path), profile or online_retail())))


class SimulatedLedger:
    """A simulated shop's ledger, raw and cleaned, and the truth about it."""

    def __init__(self, plan: ShopPlan) -> None:
        shop = SimulatedShop(plan)
        self.truth: ShopTruth = shop.truth
        self.raw: pa.Table = in_raw_columns(pa.Table.from_batches(list(shop.batches())))
        self.clean, self.rejected = cleaned(self.raw)
        self.as_of: date = (self.clean["sold_at"].max() + pd.Timedelta(days=1)).date()


@once
def simulated(lines: int = 20_000, seed: int = 7) -> SimulatedLedger:
    """Return a simulated shop's ledger; made once, so don't change it."""
    return SimulatedLedger(ShopPlan(lines=lines, seed=seed))


@once
def simulated_customers() -> pd.DataFrame:
    """Return the features of the simulated ledger's customers; made once, so don't change them."""
    return features(simulated().clean, simulated().as_of)


def quick(**fields: object) -> SegmentationRules:
    """Return the quick rules with other fields."""
    return SegmentationRules.model_validate(QUICK_RULES.model_dump() | fields)


@once
def simulated_night(k: int = 5) -> NightResult:
    """Return the first night of a model of k segments of these customers."""
    today = RegionInputs(simulated_customers(), simulated().as_of, Naming(next_id=1))
    return first_night(today, None, quick(k_min=k, k_max=k))


def simulated_fit(k: int = 5) -> FittedModel:
    """Return that model."""
    return simulated_night(k).in_force.fitted


def segmented(k: int = 5) -> pd.DataFrame:
    """Return these customers in the segments of that model."""
    return _segmented(k).copy()


@once
def _segmented(k: int) -> pd.DataFrame:
    assigned, day = assign(simulated_customers(), {EVERYWHERE: simulated_fit(k)}), simulated().as_of
    return customer_segments(assigned, observe(no_history(), assigned, day).intervals, day)


def profiled(k: int = 5) -> pd.DataFrame:
    """Return the profiles of these segments."""
    return segment_profiles(Described(segmented(k), simulated_customers()), {EVERYWHERE: simulated_fit(k)})


@once
def real() -> tuple[pa.Table, pd.DataFrame, pd.DataFrame]:
    """Return the real ledger, raw, clean and rejected; made once, so don't change it. Use `needs_real_ledger`."""
    assert REAL_LEDGER is not None
    raw = in_raw_columns(read_file(REAL_LEDGER))
    return raw, *cleaned(raw)
