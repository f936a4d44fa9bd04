import pytest

from segmentation_platform.campaigns import CampaignError, built_in_playbook, read_playbook
from segmentation_platform.campaigns.playbook import Audience, built_in_text

ONE = """
[[campaign]]
name = "{name}"
title = "t"
offer = "o"
channel = "e-mail"
{more}
"""
AUDIENCE = '[[campaign.audience]]\nsegments = ["Champions"]'


def one(name: str = "one", more: str = AUDIENCE) -> str:
    return ONE.format(name=name, more=more)


def test_the_built_in_playbook_has_the_usual_advice() -> None:
    names = [campaign.name for campaign in built_in_playbook().campaigns]
    assert names == ["retention", "come-back", "membership", "promotion", "christmas"]
    assert all(campaign.holdout_share > 0 for campaign in built_in_playbook().campaigns)


def test_the_built_in_playbook_explains_everything_that_an_audience_can_ask_for() -> None:
    explained = built_in_text().partition("[[campaign]]")[0]
    assert [name for name in Audience.model_fields if f"{name} = " not in explained] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = [", "not TOML"),
        ("", "campaign: Field required"),
        ("campaign = []", "there is no [[campaign]]"),
        (one(more=""), "campaign one.audience: Field required"),
        (one(more="[[campaign.audience]]"), "says at least one thing"),
        (one(more="[[campaign.audience]]\nsegment = 'Champions'"), "campaign one.audience.0.segment: Extra inputs"),
        (one(more="[[campaign.audience]]\nspent_above = 75"), "campaign one.audience.0.spent_above"),
        (one(more="holdout_share = 1.0\n" + AUDIENCE), "campaign one.holdout_share"),
        (one(name="No Slug"), "campaign No Slug.name"),
        (
            one(more=AUDIENCE.replace("Champions", "Champion")),
            "there is no segment 'Champion'; there are Champions; Loyal;",
        ),
        (
            one(more="timing = { season = 'Xmas' }\n" + AUDIENCE),
            "there is no season of 'Xmas'; there are Christmas, Easter",
        ),
        (one() + one(), "two campaigns of the name one"),
        (one(more="timing = { starts_on = 2012-09-01, season = 'Christmas' }\n" + AUDIENCE), "not both"),
        (one(more="timing = { lead_days = 3 }\n" + AUDIENCE), "lead_days needs a season"),
    ],
)
def test_a_playbook_that_cannot_be_used_is_refused_by_campaign_and_field(text: str, words: str) -> None:
    with pytest.raises(CampaignError, match="playbook") as caught:
        read_playbook(text)
    assert words in str(caught.value)


def test_every_problem_of_a_playbook_is_told_at_once() -> None:
    with pytest.raises(CampaignError) as caught:
        read_playbook(one("a", "size = 0") + one("b", "holdout_share = 2"))
    assert len(str(caught.value).splitlines()) == 5
