import hashlib

import pandas as pd
import pytest

from segmentation_platform.campaigns import CampaignError
from segmentation_platform.campaigns.addresses import with_hashed_addresses

AUDIENCE = pd.DataFrame({"customer_id": ["1", "2", "3"], "is_holdout": [False, False, True]})


def joined(*rows: tuple[object, object]) -> list[object]:
    found = with_hashed_addresses(AUDIENCE, pd.DataFrame(rows, columns=["customer_id", "email"]))
    return found["email_sha256"].tolist()


def test_addresses_are_hashed_as_advertising_services_match_them() -> None:
    digest = hashlib.sha256(b"jo@example.org").hexdigest()
    assert joined(("1", " Jo@Example.org "), ("9", "not@asked.org"))[0] == digest


def test_who_has_no_address_stays_in_the_audience() -> None:
    found = joined(("1", "a@b.org"), ("2", ""), ("3", None))
    assert [isinstance(each, str) for each in found] == [True, False, False]


def test_whoever_shares_an_address_with_somebody_held_out_is_not_reached_by_it() -> None:
    found = joined(("1", "a@b.org"), ("2", "c@d.org"), ("3", "A@b.org"))
    assert [isinstance(each, str) for each in found] == [False, True, True]


def test_two_addresses_of_a_customer_are_refused_and_the_same_one_twice_is_not() -> None:
    with pytest.raises(CampaignError, match="1 customers have more than one address, for example 2"):
        joined(("2", "a@b.org"), ("2", "c@d.org"))
    assert len(joined(("2", "a@b.org"), ("2", "A@b.org"))) == 3
