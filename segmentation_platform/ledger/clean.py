"""From raw text to the cleaned ledger: classify every line, keep the genuine ones, net cancellations."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import pandas as pd
import pyarrow as pa

from segmentation_platform.engine import Engine, Session, Step, TableLike, read_step
from segmentation_platform.ledger.categories import OTHER, by_words, categorise, load_rules
from segmentation_platform.ledger.countries import country_names, large_countries
from segmentation_platform.ledger.ground import Ground, Learned, LoadFacts, Naming, facts_of
from segmentation_platform.ledger.profile.dates import OFFSET
from segmentation_platform.ledger.profile.model import SERIAL_DAYS, LedgerColumn, Profile
from segmentation_platform.ledger.profile.numbers import BLANKS, ODD, USUAL, number_pattern, signs_pattern
from segmentation_platform.ledger.profile.words import lowered
from segmentation_platform.ledger.rejects import example
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform.ledger.span import Span, trading_span
from segmentation_platform.ledger.vocabulary import ENOUGH, Sold, Vocabulary, learn

(
    ORDER_VALUES,
    ORDER_RUNS,
    CLASSIFIED_SALES,
    REJECTED_SALES,
    ORDER_DISCOUNTS,
    PRODUCT_LINES,
    NET_QUANTITIES,
    CLEAN_SALES,
) = (
    read_step(__package__, name)
    for name in (
        "order_values",
        "order_runs",
        "classified_sales",
        "rejected_sales",
        "order_discounts",
        "product_lines",
        "net_quantities",
        "clean_sales",
    )
)
_DESCRIPTIONS = Step(
    "descriptions",
    "SELECT description, MEDIAN(unit_price) AS price, SUM(revenue) AS revenue,"
    " SUM(CASE WHEN own_category IS NULL THEN 0 ELSE revenue END) AS own_revenue FROM ("
    " SELECT *, CASE WHEN status = 'completed' THEN quantity * unit_price ELSE 0 END AS revenue FROM product_lines)"
    " WHERE description IS NOT NULL GROUP BY description",
)
REASONS = Step(
    "reasons",
    "SELECT reason, COUNT(*) AS rows, round(SUM(amount), 2) AS amount,"  # noqa: S608 - composed of constants
    f" COUNT(DISTINCT nullif(trim(customer_id), '')) AS customers, MIN({example()}) AS example"
    " FROM rejected_sales GROUP BY reason ORDER BY rows DESC, reason",
)
_LOADS = Step("raw_loads", "SELECT DISTINCT load_id FROM raw_sales")
_ANY_FORMAT: Final = "%Y-%m-%d"


@dataclass(frozen=True)
class Understanding:
    """All that cleaning goes by.

    Attributes:
        profile: how the ledger is read, complete
        rules: what its owner decides beside that
        today: lines after it can't be genuine; None where it plays no part
        learned: what was learned of the ledger before

    """

    profile: Profile
    rules: CleaningRules = field(default_factory=CleaningRules)
    today: date | None = None
    learned: Learned = field(default_factory=Learned)


@dataclass(frozen=True)
class CleanedLedger:
    """The two halves of a ledger, as streams that can be read once, clean lines first.

    Attributes:
        clean: columns of `contracts.CleanSales`
        rejected: columns of `contracts.RejectedSales`
        reasons: columns reason, rows, amount, customers and example, most rows first
        ground: what all lines decided together

    """

    clean: pa.RecordBatchReader
    rejected: pa.RecordBatchReader
    reasons: pd.DataFrame
    ground: Ground


@contextmanager
def cleaned_ledger(engine: Engine, raw_sales: TableLike, understanding: Understanding) -> Iterator[CleanedLedger]:
    """Clean a raw ledger; its halves stream as long as the block is open.

    Args:
        engine: runs the SQL
        raw_sales: columns of `contracts.RawSales`
        understanding: how its text is understood, and what is genuine

    """
    with engine.session() as session:
        session.add("raw_sales", raw_sales)
        ground = classify(session, understanding)
        session.run(NET_QUANTITIES)
        ground = replace(ground, naming=add_categories(session, understanding.learned.vocabulary, may_learn=True))
        session.run(CLEAN_SALES)
        session.run(REASONS)
        yield CleanedLedger(
            session.read(CLEAN_SALES.name), session.read(REJECTED_SALES.name), session.frame(REASONS.name), ground
        )


def classify(
    session: Session, understanding: Understanding, elsewhere: Mapping[int, LoadFacts] | None = None
) -> Ground:
    """Make `classified_sales`, `rejected_sales`, `product_lines` and `country_names` of a session's `raw_sales`.

    Args:
        session: holds the raw lines, of a whole ledger or of whole orders
        understanding: how their text is understood
        elsewhere: facts of loads of which not all lines are in the session

    Returns:
        What all lines decided together, those elsewhere included.

    """
    profile = understanding.profile
    session.run(_LOADS)
    are_parts = len(set(session.frame(_LOADS.name)["load_id"])) > 1
    parameters = _parameters(profile) | {"are_parts": are_parts}
    _add_profile_tables(session, profile)
    session.run(ORDER_VALUES, parameters)
    session.run(ORDER_RUNS, parameters)
    session.run(CLASSIFIED_SALES, parameters | _bounds(Span()))
    ground = _ground(facts_of(session) | dict(elsewhere or {}), understanding)
    if ground.span != Span():
        session.run(CLASSIFIED_SALES, parameters | _bounds(ground.span))
    session.run(ORDER_DISCOUNTS)
    session.run(REJECTED_SALES)
    session.run(PRODUCT_LINES)
    session.add("country_names", country_names(ground.country_lines(), ground.regions))
    return ground


def _ground(loads: Mapping[int, LoadFacts], understanding: Understanding) -> Ground:
    ground = Ground(loads=loads)
    span = trading_span(ground.lines_by_day(), understanding.today)
    countries, said = ground.country_lines(), understanding.rules.regions
    regions = said if said is not None else large_countries(countries, understanding.learned.regions)
    names = country_names(countries, regions).fillna("")
    spellings = {
        str(row["country_key"]): (str(row["country"]), str(row["continent"]), str(row["region"]))
        for row in names.to_dict("records")
    }
    return replace(ground, span=span, countries=spellings, regions=regions)


def add_categories(session: Session, before: Vocabulary | None, *, may_learn: bool) -> Naming:
    """Make `product_categories` of the descriptions of a session's `product_lines`.

    The rules that ship with the platform name products where they cover enough of the money that the shop's own
    categories leave; elsewhere the words of its own descriptions do.

    Args:
        session: holds product lines
        before: words that name the ledger's products; None: the rules do
        may_learn: whether all lines are in the session, so that words can be learned of them

    """
    session.run(_DESCRIPTIONS)
    frame = session.frame("descriptions")
    sold = {
        str(row["description"]): Sold(max(0.0, row["revenue"] - row["own_revenue"]), row["price"])
        for row in frame.to_dict("records")
    }
    vocabulary = before
    if vocabulary is None:
        named = categorise(frame["description"], load_rules())
        if may_learn and _revenue(sold, named) < ENOUGH * _revenue(sold):
            vocabulary = learn(sold)
    elif may_learn:
        vocabulary = learn(sold, vocabulary)
    if vocabulary is not None:
        named = by_words(frame["description"], vocabulary)
    session.add("product_categories", named)
    own = float(frame["own_revenue"].sum())
    return Naming(vocabulary, own + _revenue(sold, named), own + _revenue(sold))


def _revenue(sold: Mapping[str, Sold], named: pd.DataFrame | None = None) -> float:
    """Revenue of descriptions; where their categories are given, of those that have one."""
    if named is None:
        return sum(each.revenue for each in sold.values())
    with_one = named.loc[named["product_category"] != OTHER, "description"]
    return sum(sold[description].revenue for description in with_one)


def _bounds(span: Span) -> dict[str, object]:
    return {"first_day": span.first, "end_day": span.end}


def _parameters(profile: Profile) -> dict[str, object]:
    formats = [each for each in profile.dates.formats if each != SERIAL_DAYS]
    return {
        **_columns(profile),
        "number": number_pattern(profile.numbers),
        "signs": signs_pattern(profile.numbers),
        "blanks": BLANKS,
        "odd": ODD,
        "usual": USUAL,
        "thousands": profile.numbers.thousands,
        "decimal": profile.numbers.decimal,
        "date_formats": formats or [_ANY_FORMAT],
        "has_serial_days": SERIAL_DAYS in profile.dates.formats,
        "offset": OFFSET,
        "are_pieces": profile.lines.identical == "pieces",
        "later_orders_hold": profile.lines.earlier == "replaced",
        "cancelled_by": profile.cancellations.by,
        "cancellation_prefix": profile.cancellations.prefix.upper(),
        "product_code": profile.products.pattern,
        "missing_code": profile.products.missing_code,
        "code_digits": profile.products.digits,
        "fold_case": profile.customers.case == "folded",
        "drop_zeros": profile.customers.leading_zeros == "dropped",
        "country": profile.country,
        "currency": profile.currency.name.upper(),
    }


def _columns(profile: Profile) -> dict[str, object]:
    filled: tuple[tuple[str, LedgerColumn], ...] = (
        ("fill_date", "invoice_date"),
        ("fill_customer", "customer_id"),
        ("fill_country", "country"),
        ("fill_status", "status"),
        ("fill_order_discount", "order_discount"),
        ("fill_order_refund", "order_refund"),
        ("fill_currency", "currency"),
        ("fill_channel", "channel"),
        ("fill_email_hash", "email_hash"),
    )
    return {
        "has_invoice": profile.has("invoice"),
        "has_quantity": profile.has("quantity"),
        "has_price": profile.has("unit_price"),
        "has_status": profile.has("status"),
        "has_currency": profile.has("currency"),
        "date_header": profile.columns.get("invoice_date", "").upper(),
        **{name: column in profile.lines.filled_down for name, column in filled},
    }


def _add_profile_tables(session: Session, profile: Profile) -> None:
    status, products = profile.status, profile.products
    meanings = {"counted": status.counted, "not counted": status.not_counted, "returned": status.returned}
    _add_lookup(session, "status_meanings", ("status_key", "meaning"), _turned(meanings, lowered))
    kinds = {"service": products.services, "discount": products.discounts}
    _add_lookup(session, "services", ("product_code", "kind"), _turned(kinds, str.upper))
    guests = _turned({"guest": profile.customers.guests}, lowered)
    _add_lookup(session, "guest_names", ("guest_key", "meaning"), guests)
    rates = {name.upper(): rate for name, rate in profile.currency.rates.items()}
    rates[profile.currency.name.upper()] = 1.0
    frame = pd.DataFrame({"currency_key": list(rates), "rate": list(rates.values())})
    session.add("currency_rates", frame.astype({"currency_key": "str", "rate": "float64"}))


def _turned(groups: Mapping[str, tuple[str, ...]], fold: Callable[[str], str]) -> dict[str, str]:
    """The group of each value, by its folded form."""
    return {fold(value.strip()): group for group, values in groups.items() for value in values}


def _add_lookup(session: Session, name: str, columns: tuple[str, str], rows: Mapping[str, str]) -> None:
    session.add(name, pd.DataFrame(list(rows.items()), columns=list(columns), dtype="str"))
