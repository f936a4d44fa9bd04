import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from segmentation_platform.campaigns.holdout import held_out, is_held_out

DRAWN = ["00004", "00009", "00020", "00031", "00033", "00034", "00066", "00069", "00085", "00090"]
"""By hand: sha256 of "7:christmas:<customer>", its first four bytes below a tenth."""

IDS = [f"{number:05d}" for number in range(10_000)]


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_as_many_are_held_out_as_asked_up_to_chance(share: float) -> None:
    count = sum(held_out("christmas", IDS, share, 7))
    assert stats.binomtest(count, len(IDS), share).pvalue > 0.001


def test_nobody_is_held_out_of_a_campaign_without_holdout() -> None:
    assert not any(held_out("christmas", IDS, 0.0, 7))


@given(st.text(), st.text(), st.floats(0, 0.9), st.floats(0, 0.9), st.integers())
def test_who_is_held_out_stays_so_when_more_are(campaign: str, customer: str, a: float, b: float, seed: int) -> None:
    less, more = sorted((a, b))
    assert is_held_out(campaign, customer, more, seed) >= is_held_out(campaign, customer, less, seed)


def test_the_draw_is_the_same_on_every_machine() -> None:
    drawn = [customer for customer in IDS[:100] if is_held_out("christmas", customer, 0.1, 7)]
    assert drawn == DRAWN


def test_campaigns_and_seeds_draw_independently() -> None:
    first = set(_drawn("a", 7))
    for other in (_drawn("b", 7), _drawn("a", 8)):
        both = len(first & set(other))
        assert stats.binomtest(both, len(IDS), 0.01).pvalue > 0.001


def _drawn(campaign: str, seed: int) -> list[str]:
    return [customer for customer in IDS if is_held_out(campaign, customer, 0.1, seed)]
