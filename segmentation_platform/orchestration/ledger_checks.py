"""Data checks of the ledger: that nothing of it is lost, and that its last days are like those before.

The first stop a run; the others warn, each with a number that Dagster plots from night to night.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import Final

import dagster as dg

from segmentation_platform.ledger import facts
from segmentation_platform.ledger.balances import Balance, Halves, losses, revenue_balances, row_balances
from segmentation_platform.orchestration.checks import check_result
from segmentation_platform.orchestration.resources import EngineResource, WarehouseResource
from segmentation_platform.orchestration.understanding import understanding_of
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.rejects import rejected_lines

_CENT: Final = 0.005
_LOSS_TOLD, _LOSS_STOPS = 0.01, 0.1
_WEEKS, _VOLUME_FACTOR = 8, 4
_NEW_DAYS: Final = 30
_DISAGREEMENT_TOLD: Final = 0.001
_NEW_TOLD: Final = 0.01
_SHOWN: Final = 5


@dg.asset_check(
    asset="clean_sales",
    additional_deps=["raw_sales", "rejected_sales"],
    description="No line is lost or doubled: for every load, raw rows = clean rows + rejected rows.",
    blocking=True,
)
def rows_are_conserved(warehouse: WarehouseResource, engine: EngineResource) -> dg.AssetCheckResult:
    """Raw = clean + rejected, in rows."""
    with _halves(warehouse.lines()) as halves:
        balances = row_balances(engine.engine(), halves)
    cases = [_balance(b, ".0f") for b in balances if b.raw != b.clean + b.rejected]
    return check_result(cases, "Raw rows = clean rows + rejected rows.", _totals(balances, "rows"))


@dg.asset_check(
    asset="clean_sales",
    additional_deps=["raw_sales", "rejected_sales"],
    description="No money is lost: for every load, quantity times price of raw = clean + rejected, to the cent.",
    blocking=True,
)
def revenue_reconciles(
    warehouse: WarehouseResource, engine: EngineResource, settings: dg.ResourceParam[Settings]
) -> dg.AssetCheckResult:
    """Raw = clean + rejected, in money."""
    understanding = understanding_of(loads.ledger_in_use(warehouse.database()), settings)
    with _halves(warehouse.lines()) as halves:
        balances = revenue_balances(engine.engine(), halves, understanding.profile)
    cases = [_balance(b, ".2f") for b in balances if abs(b.raw - b.clean - b.rejected) >= _CENT]
    good = "Raw revenue = clean + rejected revenue, to the cent."
    return check_result(cases, good, _totals(balances, "revenue"))


@dg.asset_check(
    asset="clean_sales",
    additional_deps=["rejected_sales"],
    description="Few lines that could be sales are lost: below 1 % of money and customers; 10 % stop the run.",
    blocking=True,
)
def losses_are_small(
    warehouse: WarehouseResource, engine: EngineResource, settings: dg.ResourceParam[Settings]
) -> dg.AssetCheckResult:
    """Money and customers lost with rejected lines."""
    database = warehouse.database()
    with rejected_lines(database) as rejected:
        lost = losses(engine.engine(), warehouse.lines().clean(), rejected)
    tolerated = understanding_of(loads.ledger_in_use(database), settings).profile.tolerated
    share = max(lost.money, lost.customers)
    said = (
        f"{lost.lines:,} rejected lines could be sales: {lost.money:.2%} of the money, {lost.customers:.2%} of "
        "the customers. segmentation-platform ledger rejects tells what would keep them; [profile] tolerated lets "
        "them go."
    )
    return dg.AssetCheckResult(
        passed=share < _LOSS_TOLD,
        severity=dg.AssetCheckSeverity.ERROR if share >= max(_LOSS_STOPS, tolerated) else dg.AssetCheckSeverity.WARN,
        description=said if lost.lines else "No line that could be a sale is rejected.",
        metadata={"lines": lost.lines, "money_share": lost.money, "customers_share": lost.customers},
    )


@dg.asset_check(
    asset="clean_sales",
    description="The last week has about as many lines as the eight before it; an export that was cut short has not.",
)
def volume_is_ordinary(warehouse: WarehouseResource, engine: EngineResource) -> dg.AssetCheckResult:
    """Lines of the last week against the median week."""
    last, *before = facts.weekly_lines(engine.engine(), warehouse.lines().clean(), 1 + _WEEKS) or [0]
    if len(before) < _WEEKS:
        return _warned(passed=True, said="The ledger is too short to know an ordinary week.", metadata={})
    usual = median(before)
    ratio = last / usual if usual else 1.0
    said = f"{last:,} lines in the last week, {usual:,.0f} in the median of the {_WEEKS} weeks before."
    passed = 1 / _VOLUME_FACTOR <= ratio <= _VOLUME_FACTOR
    return _warned(passed=passed, said=said, metadata={"lines": last, "ratio": ratio})


@dg.asset_check(
    asset="clean_sales",
    description="No weekday of the last eight weeks is without the sales that it otherwise has, no three weeks of "
    "the ledger are without any, and the last day has about as many lines as its weekday before.",
)
def days_are_complete(warehouse: WarehouseResource, engine: EngineResource) -> dg.AssetCheckResult:
    """Days without a sale, and the last day against the same weekday."""
    days = facts.recent_days(engine.engine(), warehouse.lines().clean(), _WEEKS)
    if days is None:
        return _warned(passed=True, said="The ledger is too short to know its weekdays.", metadata={})
    said = [f"no sale on {', '.join(f'{day:%a %Y-%m-%d}' for day in days.missing[:_SHOWN])}"] if days.missing else []
    if days.gap is not None:
        said.append(f"no sale between {days.gap[0]} and {days.gap[1]}: is a file missing?")
    if days.last_ratio < 1 / _VOLUME_FACTOR:
        said.append(f"the last day has {days.last_ratio:.0%} of the lines of its weekday: was the export cut short?")
    good = f"No day is missing; the last one has {days.last_ratio:.0%} of the lines of its weekday."
    return _warned(
        passed=not said,
        said="; ".join(said) or good,
        metadata={"missing_days": len(days.missing), "last_day_ratio": days.last_ratio},
    )


@dg.asset_check(
    asset="clean_sales",
    description="Files that overlap agree about their orders: less than 0.1 % of the money is in lines of an earlier "
    "file that a later one with the same order does not have.",
)
def files_agree(warehouse: WarehouseResource, engine: EngineResource) -> dg.AssetCheckResult:
    """Lines that stand beside lines of a later file: of orders that come in parts, or were corrected."""
    found = facts.beside_later_lines(engine.engine(), warehouse.lines().clean())
    said = (
        f"{found.lines:,} lines, {found.money:.2%} of the money, are of orders that a later file has, too, without "
        "them. They are kept, as parts of their orders; were they corrected there, set [profile.lines] earlier = "
        '"replaced".'
    )
    return _warned(
        passed=found.money < _DISAGREEMENT_TOLD,
        said=said if found.lines else "Files agree about their orders.",
        metadata={"lines": found.lines, "money_share": found.money},
    )


@dg.asset_check(
    asset="clean_sales",
    description="Few buy from countries that the ledger had never named: less than 1 % of the last month's lines. A "
    "new way to write a country looks like one.",
)
def countries_are_known(warehouse: WarehouseResource, engine: EngineResource) -> dg.AssetCheckResult:
    """Countries whose first sale is within the last days."""
    new, lines = facts.new_countries(engine.engine(), warehouse.lines().clean(), _NEW_DAYS)
    named = ", ".join(f"{name} ({of_it:,} lines)" for name, of_it in new[:_SHOWN])
    share = sum(of_it for _, of_it in new) / lines if lines else 0.0
    return _warned(
        passed=share < _NEW_TOLD,
        said=f"New in the last {_NEW_DAYS} days: {named}." if new else "No country is new.",
        metadata={"new_countries": len(new), "share_of_lines": share},
    )


@contextmanager
def _halves(lines: LedgerLines) -> Iterator[Halves]:
    """The raw lines of the ledger in use, and what became of them."""
    ledger = loads.ledger_in_use(lines.database)
    with rejected_lines(lines.database) as rejected:
        yield Halves(lines.raw(ledger.load_ids if ledger else ()), lines.clean(), rejected)


def _warned(*, passed: bool, said: str, metadata: Mapping[str, float]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=passed, severity=dg.AssetCheckSeverity.WARN, description=said, metadata=dict(metadata)
    )


def _balance(balance: Balance, digits: str) -> dict[str, str]:
    totals = {"raw": balance.raw, "clean": balance.clean, "rejected": balance.rejected}
    return {"load": str(balance.load_id)} | {name: format(total, digits) for name, total in totals.items()}


def _totals(balances: list[Balance], what: str) -> dict[str, float]:
    return {
        f"raw_{what}": round(sum(b.raw for b in balances), 3),
        f"clean_{what}": round(sum(b.clean for b in balances), 3),
        f"rejected_{what}": round(sum(b.rejected for b in balances), 3),
    }


LEDGER_CHECKS = [
    rows_are_conserved,
    revenue_reconciles,
    losses_are_small,
    volume_is_ordinary,
    days_are_complete,
    files_agree,
    countries_are_known,
]
"""The checks of the ledger, raw, clean and rejected."""
