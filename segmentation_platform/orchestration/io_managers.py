"""How assets are kept between steps: working tables in Postgres, models in the registry."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg
import pandas as pd
import pyarrow as pa
from pydantic import Field

from segmentation_platform.contracts import WORKING, Contract, RawSales
from segmentation_platform.engine import ParquetFiles
from segmentation_platform.orchestration.metadata import glance
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.reporting.thumbnails.tables import pictured_columns
from segmentation_platform.settings import LinkSettings
from segmentation_platform.warehouse import loads, segment_models, tables
from segmentation_platform.warehouse.bulk import Tabular
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.ledger_lines import IN_FILES
from segmentation_platform.warehouse.segment_models import ModelRecord

CONTRACTS: dict[str, type[Contract]] = {contract.table(): contract for contract in WORKING}
"""The contract of each working table; an asset has the name of its table."""


@dataclass(frozen=True)
class StoredTable:
    """A large table that stays in Postgres until it is streamed."""

    database: Database
    contract: type[Contract]

    @contextmanager
    def stream(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatchReader]:
        """Stream it, or some of its columns, as Arrow."""
        with tables.stream_table(self.database, self.contract, columns) as reader:
            yield reader


@dataclass(frozen=True)
class ChangedInPlace:
    """A ledger-sized table whose asset has changed only some of its rows, and put them in already.

    Attributes:
        rows: that it has now

    """

    rows: int


@dataclass(frozen=True)
class InParts:
    """A table of many rows, which is never held whole: each part is made when it is to be written.

    Attributes:
        frames: the parts, in order
        figures: metadata, asked for when all parts are written

    """

    frames: Iterable[pd.DataFrame]
    figures: Callable[[], Mapping[str, dg.MetadataValue]]


class WarehouseIOManager(dg.ConfigurableIOManager):
    """Keeps an asset's value in the working table of its name, lines of the ledger in files.

    What comes back depends on the type of the argument: `pandas.DataFrame` is read whole, `StoredTable` is a
    handle for those who stream, `ParquetFiles` are what an engine reads.
    """

    warehouse: dg.ResourceDependency[WarehouseResource]
    reports: str = Field(default="", description="Where people reach the reports; empty: no links")
    app: str = Field(default="", description="Where people reach the app; empty: no links")

    def handle_output(self, context: dg.OutputContext, obj: Tabular | InParts | ChangedInPlace) -> None:
        """Replace the table's rows; what is made here is also drawn, in one place for all assets."""
        contract = CONTRACTS[context.asset_key.path[-1]]
        if contract in IN_FILES:
            context.add_output_metadata({"folder": dg.MetadataValue.path(self.warehouse.lines().folder(contract))})
        if isinstance(obj, ChangedInPlace):
            context.add_output_metadata({"dagster/row_count": obj.rows})
            return
        if isinstance(obj, InParts):
            figures = self._replace_in_parts(contract, obj)
        else:
            rows = self._replace(contract, obj)
            shown = glance(contract, obj, self._links()) if isinstance(obj, pd.DataFrame) else {}
            figures = {"dagster/row_count": dg.MetadataValue.int(rows), **shown}
        context.add_output_metadata(figures)

    def _replace(self, contract: type[Contract], data: Tabular) -> int:
        if contract not in IN_FILES:
            return tables.replace_table(self.warehouse.database(), contract, data)
        lines = self.warehouse.lines()
        with lines.database.connect() as connection:
            lines.replace(connection, contract, data)
        return lines.rows(contract)

    def _replace_in_parts(self, contract: type[Contract], data: InParts) -> dict[str, dg.MetadataValue]:
        """Write the parts as they come, and draw them all from the columns that the picture takes."""
        pictured: list[pd.DataFrame] = [contract.no_rows()[pictured_columns(contract)]]

        def seen() -> Iterator[pd.DataFrame]:
            for frame in data.frames:
                pictured.append(frame[pictured[0].columns])
                yield frame

        rows = tables.replace_table(self.warehouse.database(), contract, seen())
        shown = glance(contract, pd.concat(pictured, ignore_index=True), self._links())
        return {"dagster/row_count": dg.MetadataValue.int(rows), **data.figures(), **shown}

    def _links(self) -> LinkSettings:
        return LinkSettings(reports=self.reports, app=self.app)

    def load_input(self, context: dg.InputContext) -> pd.DataFrame | StoredTable | ParquetFiles:
        """Read the table, or hand out a handle to it; of the raw ledger to the lines in use."""
        contract = CONTRACTS[context.asset_key.path[-1]]
        database = self.warehouse.database()
        if contract is RawSales:
            ledger = loads.ledger_in_use(database)
            return self.warehouse.lines().raw(ledger.load_ids if ledger else ())
        if contract in IN_FILES:
            return self.warehouse.lines().clean()
        if context.dagster_type.typing_type is StoredTable:
            return StoredTable(database, contract)
        return tables.read_frame(database, contract)


class ModelRegistryIOManager(dg.ConfigurableIOManager):
    """Hands on the models in use; the asset itself has registered them, for their numbers are in other tables."""

    warehouse: dg.ResourceDependency[WarehouseResource]

    def handle_output(self, context: dg.OutputContext, obj: list[ModelRecord]) -> None:
        """Say which models they are."""
        context.add_output_metadata({"model_version": max(record.model_version for record in obj)})

    def load_input(self, context: dg.InputContext) -> list[ModelRecord]:
        """Read the models in use."""
        return segment_models.models_in_use(self.warehouse.database())
