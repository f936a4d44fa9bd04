"""Measure what a night costs that brings a hundredth of new lines, against the first load of the ledger.

    python -m benchmarks.increment [LEDGER] [--lines 500000] [--new 0.01] [--nights 3]

On a server of its own a ledger (a simulated one when none is named) is put into a folder without its last days, and
read and cleaned: the first load. Then the rest comes as further files, a night each, and once more the whole ledger
is read from one file under another name. Printed are the seconds of the steps `raw_sales` and `cleaned_sales` and the
ratio of the median night to the first load; at the end, whether both ways gave the same cleaned lines.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.ledger.profile.names import plain_name
from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.ledger_store import StorePlace
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import LedgerSettings, Settings
from segmentation_platform.warehouse.access import open_database
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.embedded import EmbeddedPostgres
from segmentation_platform.warehouse.ledger_lines import LedgerLines

_INGEST = ("raw_sales", "clean_sales", "rejected_sales")
_STEPS = ("raw_sales", "cleaned_sales")
_COMPARED = ["invoice", "stock_code", "sold_at", "quantity", "unit_price", "net_quantity", "customer_id", "country"]


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", nargs="?", type=Path, help="parquet file")
    parser.add_argument("--lines", type=int, default=500_000, help="of the simulated ledger")
    parser.add_argument("--new", type=float, default=0.01, help="share of the lines that a night brings")
    parser.add_argument("--nights", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="increment-") as folder:
        home = Path(folder) / "home"
        server = EmbeddedPostgres(home)
        database = open_database(server.start(), home)
        try:
            _measure(database, _whole(arguments, Path(folder)), Path(folder), arguments)
        finally:
            server.stop()


def _whole(arguments: argparse.Namespace, folder: Path) -> pa.Table:
    path = arguments.ledger
    if path is None:
        path = folder / "simulated.parquet"
        write_parquet(SimulatedShop(ShopPlan(lines=arguments.lines, seed=7)), path)
    table = pq.read_table(path)
    day = next(name for name in table.column_names if "date" in plain_name(name))
    return table.take(pc.sort_indices(table, sort_keys=[(day, "ascending")]))


def _measure(database: Database, whole: pa.Table, folder: Path, arguments: argparse.Namespace) -> None:
    lines = LedgerLines(database, StorePlace(str(folder / "home" / "ledger")))
    exports = folder / "exports"
    exports.mkdir()
    new = round(arguments.new * whole.num_rows)
    first = whole.num_rows - arguments.nights * new
    pq.write_table(whole.slice(0, first), exports / "0.parquet")
    loaded = _told("first load", first, _night(database, folder / "home", exports))
    nights = []
    for number in range(arguments.nights):
        pq.write_table(whole.slice(first + number * new, new), exports / f"{number + 1}.parquet")
        nights.append(_told(f"night {number + 1}", new, _night(database, folder / "home", exports)))
    print(f"A night costs {statistics.median(nights) / loaded:.1%} of the first load.")
    grown = _cleaned(lines)
    pq.write_table(whole, folder / "whole.parquet")
    _told("all at once", whole.num_rows, _night(database, folder / "home", folder / "whole.parquet", ledger="once"))
    print("The same lines both ways." if grown.equals(_cleaned(lines)) else "THE LINES DIFFER.")


def _told(what: str, lines: int, seconds: dict[str, float]) -> float:
    steps = ", ".join(f"{name} {seconds[name]:.1f} s" for name in _STEPS)
    print(f"{what:<12}{lines:>10,} lines   {steps}", flush=True)
    return sum(seconds.values())


def _night(database: Database, home: Path, sales: Path, ledger: str = "shop") -> dict[str, float]:
    settings = Settings(home=home, ledger=LedgerSettings(name=ledger))
    warehouse = WarehouseResource(home=str(home), database_url=database.url)
    job = build_definitions(settings, {"warehouse": warehouse}).resolve_job_def("refresh")
    config = {"sales": str(sales), "ledger": ledger, "accepts_doubts": True}
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(
            run_config={"ops": {"raw_sales": {"config": config}}},
            asset_selection=[dg.AssetKey(name) for name in _INGEST],
            instance=instance,
        )
        entries = [entry for entry in instance.all_logs(result.run_id) if entry.dagster_event is not None]
    began = {entry.step_key: entry.timestamp for entry in entries if entry.get_dagster_event().is_step_start}
    ended = {entry.step_key: entry.timestamp for entry in entries if entry.get_dagster_event().is_step_success}
    return {step: ended[step] - began[step] for step in _STEPS}


def _cleaned(lines: LedgerLines) -> pd.DataFrame:
    frame = to_frame(lines.clean().only(_COMPARED).reader().read_all())
    return frame.sort_values(_COMPARED, ignore_index=True)


if __name__ == "__main__":
    main()
