"""The whole flow on the real ledger: the counts that anyone can check."""

import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.balances import revenue_balances
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.segments.fitted import FittedModel
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import segment_models
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.real_ledger import REAL_LEDGER, needs_real_ledger
from segmentation_platform_tests.support.refreshes import Run
from segmentation_platform_tests.support.stores import halves_of

pytestmark = [pytest.mark.slow, pytest.mark.real_ledger, needs_real_ledger]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings.model_validate({"home": settings.home, "ledger": {"sales": str(REAL_LEDGER)}})


def test_the_real_ledger_is_conserved_reconciled_segmented_and_published(run: Run, database: Database) -> None:
    result = run()
    assert result.success
    checks = {(str(e.asset_key.path[-1]), e.check_name): e for e in result.get_asset_check_evaluations()}
    assert all(check.passed for check in checks.values())

    rows = checks["clean_sales", "rows_are_conserved"].metadata
    assert [rows[name].value for name in ("raw_rows", "clean_rows", "rejected_rows")] == [541_909, 531_172, 10_737]
    [balance] = revenue_balances(DuckDBEngine(), halves_of(database), online_retail())
    assert balance.raw == pytest.approx(9_747_747.934, abs=0.001)
    assert balance.clean + balance.rejected == pytest.approx(balance.raw, abs=0.001)
    reasons = next(m for m in result.asset_materializations_for_node("cleaned_sales") if "reasons" in m.metadata)
    assert {
        name: reasons.metadata[name].value for name in ("duplicate_line", "not_a_product", "price_not_positive")
    } == {
        "duplicate_line": 5_268,
        "not_a_product": 2_989,
        "price_not_positive": 2_480,
    }

    [record] = segment_models.models_in_use(database)
    fitted = FittedModel.from_json(record.model)
    assert (record.customers, record.transform, record.k) == (4_324, "yeo-johnson", 5)
    assert record.min_jaccard >= 0.85
    assert fitted.evidence.prediction_strength >= 0.75
    assert fitted.evidence.repurchase_auc is not None
    assert fitted.evidence.repurchase_auc >= 0.71
    assert record.silhouette == pytest.approx(0.326, abs=0.01)
    assert len(fitted.selection.evidence) == 24
    with database.connect() as connection:
        best = connection.execute("SELECT segment FROM serving.segments WHERE rank = 1").fetchone()
        other = connection.execute(
            "SELECT avg((product_category = 'OTHER')::int)::float8 FROM warehouse.clean_sales"
        ).fetchone()
    assert best == ("Champions",)
    assert other is not None
    assert float(str(other[0])) < 0.15
