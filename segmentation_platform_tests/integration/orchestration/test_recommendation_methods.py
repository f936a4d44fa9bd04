"""What ranks the lists, from night to night: compared once a week, and as the owner of the ledger says."""

from datetime import timedelta

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import RecommendationMethods
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.recommendations.methods import chosen_weights
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import snapshots, tables
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.quick import judged
from segmentation_platform_tests.support.ranking import EVERYTHING
from segmentation_platform_tests.support.stages import refreshed


def made(settings: Settings, warehouse: WarehouseResource, as_of: str) -> pd.DataFrame:
    """The table of a night, made alone."""
    job = build_definitions(settings, {"warehouse": warehouse}).resolve_job_def("refresh")
    result = job.execute_in_process(
        run_config={"resources": {"reporting_date": {"config": {"as_of": as_of}}}},
        asset_selection=[dg.AssetKey("recommendation_methods")],
        raise_on_error=False,
    )
    assert result.success
    return tables.read_frame(warehouse.database(), RecommendationMethods)


@refreshed
def test_the_lists_of_a_night_are_ranked_by_what_was_compared_on_it(database: Database) -> None:
    found = snapshots.read_served(database, RecommendationMethods)
    served = snapshots.served_snapshot(database)
    assert served is not None
    assert set(found["list"]) == {"buy_again", "new_to_you", "segment_lists", "similar_items"}
    assert set(found["compared_on"]) == {pd.Timestamp(served.as_of)}


@refreshed
def test_within_a_week_nothing_is_compared_again_and_after_it_it_is(
    settings: Settings, warehouse: WarehouseResource, database: Database
) -> None:
    served = snapshots.served_snapshot(database)
    assert served is not None
    first = snapshots.read_served(database, RecommendationMethods)
    pd.testing.assert_frame_equal(made(judged(settings), warehouse, str(served.as_of + timedelta(days=6))), first)
    week = served.as_of + timedelta(days=7)
    later = made(judged(settings), warehouse, str(week))
    assert set(later["compared_on"]) == {pd.Timestamp(week)}


@refreshed
def test_weights_that_the_owner_sets_serve_at_once(
    settings: Settings, warehouse: WarehouseResource, database: Database
) -> None:
    served = snapshots.served_snapshot(database)
    assert served is not None
    own = settings.model_copy(update={"recommendations": settings.recommendations.with_weights(EVERYTHING)})
    found = made(own, warehouse, str(served.as_of + timedelta(days=1)))
    customers = found["list"].isin(["buy_again", "new_to_you"])
    assert set(found.loc[customers, "method"]) == {"set"}
    assert "set" not in set(found.loc[~customers, "method"])
    assert chosen_weights(found) == EVERYTHING
