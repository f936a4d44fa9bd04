import pandas as pd
import pytest

from segmentation_platform.campaigns import Playbook, built_in_playbook, read_playbook
from segmentation_platform.campaigns.planning import plan
from segmentation_platform.contracts import CampaignAudiences, Campaigns
from segmentation_platform_tests.unit.campaigns.people import AS_OF, customers, season


def playbook(*campaigns: str) -> Playbook:
    common = 'title = "t"\noffer = "o"\nchannel = "c"\n'
    return read_playbook(
        "".join(f"[[campaign]]\nname = '{name}'\n{common}{more}\n" for name, _, more in map(_cut, campaigns))
    )


def _cut(campaign: str) -> tuple[str, str, str]:
    return campaign.partition(": ")


RICH = "[[campaign.audience]]\nspent_above = 0.5"
ALL = "[[campaign.audience]]\nsegments = ['Champions']"


def test_the_built_in_plan_keeps_its_contracts() -> None:
    found = plan(built_in_playbook(), customers(300), season(), AS_OF, 7)
    Campaigns.validate(found.campaigns)
    CampaignAudiences.validate(found.audiences)
    assert found.left_out == ()


def test_of_campaigns_at_one_time_a_customer_is_in_the_first_that_fits() -> None:
    found = plan(playbook(f"first: {RICH}", f"second: {ALL}"), customers(10), season(), AS_OF, 7)
    assert not found.audiences["customer_id"].duplicated().any()
    assert found.campaigns.set_index("campaign")["customers"].to_dict() == {"first": 5, "second": 5}


def test_a_customer_can_be_in_campaigns_at_different_times() -> None:
    later = f"later: timing = {{ season = 'Christmas', days = 60 }}\n{ALL}"
    found = plan(playbook(f"now: {RICH}", later), customers(10), season(), AS_OF, 7)
    assert found.campaigns.set_index("campaign")["customers"].to_dict() == {"now": 5, "later": 10}


def test_whoever_is_in_an_earlier_campaign_does_not_change_who_spent_much() -> None:
    """Shares are of all customers, not of those who are left."""
    found = plan(playbook(f"first: {RICH}", f"second: {RICH}"), customers(10), season(), AS_OF, 7)
    assert found.campaigns.set_index("campaign")["customers"].to_dict() == {"first": 5, "second": 0}


def test_a_small_campaign_takes_those_who_spent_most() -> None:
    found = plan(playbook(f"small: size = 3\n{ALL}"), customers(10), season(), AS_OF, 7)
    assert sorted(found.audiences["customer_id"]) == ["00007", "00008", "00009"]


def test_a_campaign_whose_season_the_ledger_does_not_show_is_left_out_by_name() -> None:
    seasonal = f"easter: timing = {{ season = 'Easter' }}\n{ALL}"
    found = plan(playbook(seasonal, f"now: {ALL}"), customers(10), season(), AS_OF, 7)
    assert found.left_out == ("easter",)
    assert found.campaigns["campaign"].tolist() == ["now"]


def test_a_playbook_of_which_nothing_is_left_gives_empty_tables() -> None:
    found = plan(playbook(f"easter: timing = {{ season = 'Easter' }}\n{ALL}"), customers(10), season(), AS_OF, 7)
    for contract, table in ((Campaigns, found.campaigns), (CampaignAudiences, found.audiences)):
        assert contract.validate(table).empty


def test_the_plan_does_not_hang_on_the_order_of_customers() -> None:
    people = customers(50)
    first, second = (
        plan(built_in_playbook(), frame, season(), AS_OF, 7).audiences.sort_values(
            ["campaign", "customer_id"], ignore_index=True
        )
        for frame in (people, people.sample(frac=1, random_state=1))
    )
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("seed", [1, 2])
def test_held_out_customers_are_counted(seed: int) -> None:
    found = plan(playbook(f"one: holdout_share = 0.5\n{ALL}"), customers(100), season(), AS_OF, seed)
    assert found.campaigns.loc[0, "held_out"] == found.audiences["is_holdout"].sum() > 30
