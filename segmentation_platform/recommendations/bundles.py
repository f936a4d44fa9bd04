"""Pairs and triples of products that are bought together more than chance would have it.

A bundle is an association rule: who buys the first product, or of a triple the first two, buys the last one, too.
The confidence is the share of the invoices with the former that hold the latter; the lift is that share divided by
the last product's share of all invoices. A pair is told as the rule of its rarer product, which has the higher
confidence. A triple is told as the rule with the least lift of its three, so that it is listed only where it says
more than any of its pairs does with a third product that is there by chance.

The interval of the lift (see `lift`) takes the invoices of one customer for alike, or a customer who orders the
same things every week would be a rule; and a bundle has several buyers. It is that of one bundle, while the bundles
here are the best of very many: so it is the lower end that decides what is listed, and in which order.

Ordered by lift, what is rarest would lead; by support, what is popular anyway. The order is by money beyond chance:
of the revenue of a bundle's invoices the part 1 - 1 / lift, which would not be there if its sides came together by
chance. That is leverage (Piatetsky-Shapiro 1991, Discovery, analysis and presentation of strong rules) times the
money of an average bundle, with the lower end of the lift to be on the safe side.

Invoices with very many products are left out: they hold a bit of everything, and make all of it look related. A
triple is looked for where one of its pairs is among the strongest, four times as many as bundles may be listed; all
pairs are counted.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.contracts.recommendations import Bundles
from segmentation_platform.recommendations.baskets import GUEST, Baskets
from segmentation_platform.recommendations.itemsets import Itemsets, Miner, Whole, blocks
from segmentation_platform.recommendations.lift import buyers_of, variance_by_buyer, with_interval, with_lift
from segmentation_platform.recommendations.rules import BundleRules

_TRIED = 4
"""For each bundle that may be listed so many pairs are extended to triples, and so many bundles looked at closely."""
_NONE = -1
_ITEMS = ["item_1", "item_2", "item_3"]


def bundles(baskets: Baskets, products: pd.DataFrame, rules: BundleRules) -> pd.DataFrame:
    """List the strongest bundles.

    Args:
        baskets: what was bought together
        products: the products that are still sold, as from `sales.offered_products`; all of a bundle are
        rules: how often, how many

    Returns:
        Columns of `contracts.Bundles`, ordered by `rank`.

    """
    counted = baskets.up_to(rules.largest)
    least = max(rules.baskets, math.ceil(rules.support * len(counted)))
    frequent = _frequent(counted, products, least)
    miner = Miner(frequent, least)
    found = _found(miner, frequent, rules)
    tried = _varied(_sure(found), _TRIED * rules.length, _TRIED * rules.per_product)
    judged = _ordered(_by_buyer(tried, miner, counted.customers))
    kept = _varied(_sure(judged[judged["buyers"] >= rules.buyers]), rules.length, rules.per_product)
    return _described(kept, frequent, products) if len(kept) else Bundles.no_rows()


def _frequent(baskets: Baskets, products: pd.DataFrame, least: int) -> Baskets:
    offered = baskets.within(products["stock_code"])
    return offered.within(offered.products[offered.sizes() >= least])


def _found(miner: Miner, frequent: Baskets, rules: BundleRules) -> pd.DataFrame:
    """Frequent pairs, and the triples that extend the strongest, as if all invoices were independent; in order."""
    sizes = frequent.sizes().astype(np.int64)
    pairs = miner.pairs()
    judged = _ordered(with_lift(_pair_rules(pairs, sizes), len(frequent)))
    strongest = judged[_ITEMS[:2]].head(_TRIED * rules.length).to_numpy(np.int64)
    triples = _triple_rules(miner.extend(np.sort(strongest, axis=1)), pairs, sizes)
    return _ordered(pd.concat([judged, with_lift(triples, len(frequent))], ignore_index=True))


def _pair_rules(pairs: Itemsets, sizes: Whole) -> pd.DataFrame:
    """Each pair as the rule of its rarer product, or of the first of equally rare ones."""
    items = _rarer_first(pairs.items, sizes)
    third = np.full(len(pairs), _NONE)
    return _rules(pairs, np.column_stack([items, third]), sizes[items[:, 0]], sizes[items[:, 1]])


def _triple_rules(triples: Itemsets, pairs: Itemsets, sizes: Whole) -> pd.DataFrame:
    """Each triple as that rule of a pair and a third product which chance comes closest to."""
    splits = np.array([[0, 1, 2], [0, 2, 1], [1, 2, 0]])
    counts = np.column_stack([_pair_baskets(triples.items[:, split[:2]], pairs, len(sizes)) for split in splits])
    thirds = sizes[triples.items[:, splits[:, 2]]]
    closest = np.argmax(counts * thirds, axis=1)
    each = np.arange(len(triples))
    items = np.take_along_axis(triples.items, splits[closest], axis=1)
    ordered = np.column_stack([_rarer_first(items[:, :2], sizes), items[:, 2]])
    return _rules(triples, ordered, counts[each, closest], thirds[each, closest])


def _rarer_first(pairs: Whole, sizes: Whole) -> Whole:
    turned = sizes[pairs[:, 0]] > sizes[pairs[:, 1]]
    return np.where(turned[:, None], pairs[:, ::-1], pairs)


def _pair_baskets(wanted: Whole, pairs: Itemsets, products: int) -> Whole:
    """In how many baskets each of some frequent pairs is."""
    known, keys = (found[:, 0] * products + found[:, 1] for found in (pairs.items, wanted))
    return pairs.baskets[np.searchsorted(known, keys)]


def _rules(found: Itemsets, items: Whole, antecedent: Whole, consequent: Whole) -> pd.DataFrame:
    """One row per itemset: its products in the order of the rule, and how many baskets hold each side of it."""
    columns = dict(zip(_ITEMS, items.T, strict=True))
    counts = {"baskets": found.baskets, "antecedent": antecedent, "consequent": consequent}
    return pd.DataFrame({**columns, **counts, "revenue": found.amounts.round(2)})


def _by_buyer(rules: pd.DataFrame, miner: Miner, customers: Whole) -> pd.DataFrame:
    """The same rules with who bought them, and the variance that they have where invoices of one buyer are alike."""
    buyers, variance = buyers_of(customers), np.zeros(len(rules))
    known, all_of_them = np.zeros(len(rules), np.int64), np.zeros(len(rules), np.int64)
    cost = rules[["antecedent", "consequent"]].sum(axis=1).to_numpy(np.int64)
    for places, items in _items_by_size(rules):
        for block in blocks(cost[places]):
            both, antecedent, consequent = (
                miner.holders(side[block]) for side in (items, items[:, :-1], items[:, -1:])
            )
            variance[places[block]] = variance_by_buyer(both, antecedent, consequent, buyers)
            for place, held in zip(places[block], np.split(both.indices, both.indptr[1:-1]), strict=True):
                guests = customers[held] == GUEST
                known[place] = len(np.unique(buyers[held][~guests]))
                all_of_them[place] = known[place] + guests.sum()
    return rules.assign(variance=variance, customers=known, buyers=all_of_them)


def _items_by_size(rules: pd.DataFrame) -> list[tuple[npt.NDArray[np.intp], Whole]]:
    """The places of the pairs and of the triples, and their products."""
    is_triple = (rules["item_3"] != _NONE).to_numpy()
    places = [np.flatnonzero(~is_triple), np.flatnonzero(is_triple)]
    items = rules[_ITEMS].to_numpy(np.int64)
    return [(where, items[where, :size]) for size, where in enumerate(places, 2)]


def _ordered(rules: pd.DataFrame) -> pd.DataFrame:
    """By money beyond chance, negative where chance would bring more; ties go to more invoices, then by code."""
    told = with_interval(rules)
    beyond = (told["revenue"] * (1 - 1 / told["lift_low"])).round(2)
    by = ["revenue_beyond_chance", "baskets", *_ITEMS]
    return told.assign(revenue_beyond_chance=beyond).sort_values(
        by, ascending=[False, False, True, True, True], ignore_index=True
    )


def _sure(rules: pd.DataFrame) -> pd.DataFrame:
    """Those whose lift is surely above 1; where all invoices hold one side it is 1 to the last digit, or nearly."""
    return rules[rules["lift_low"] > 1 + 1e-9]


def _varied(ordered: pd.DataFrame, length: int, per_product: int) -> pd.DataFrame:
    """The first bundles, but of each product no more than so many.

    Any place in a bundle counts: the products of a range are bought with each other, and all their pairs and triples
    would otherwise fill the list with one thing. That they are alike is no reason to leave them out.
    """
    seen: dict[int, int] = {}
    kept: list[int] = []
    for place, items in enumerate(ordered[_ITEMS].itertuples(index=False, name=None)):
        members = [item for item in items if item != _NONE]
        if all(seen.get(item, 0) < per_product for item in members):
            kept.append(place)
            seen.update({item: seen.get(item, 0) + 1 for item in members})
        if len(kept) == length:
            break
    return ordered.iloc[kept].reset_index(drop=True)


def _described(kept: pd.DataFrame, baskets: Baskets, products: pd.DataFrame) -> pd.DataFrame:
    names = products.set_index("stock_code")["description"]
    size = 2 + (kept["item_3"] != _NONE).astype("int64")
    told: dict[str, Any] = {"rank": np.arange(1, len(kept) + 1), "size": size}
    for number, item in enumerate(_ITEMS, 1):
        codes = pd.Series(baskets.products.to_numpy(), dtype="str").reindex(kept[item]).reset_index(drop=True)
        told |= {f"stock_code_{number}": codes, f"description_{number}": codes.map(names).astype("str")}
    table = kept.assign(**told)
    return table.assign(reason=_reasons(table))[Bundles.column_names()].astype(
        {column.name: "str" for column in Bundles.columns() if column.sql_type == "text"}
    )


def _reasons(table: pd.DataFrame) -> pd.Series:
    """The rule in words."""
    first, second, third = (
        table[f"description_{number}"].fillna(table[f"stock_code_{number}"]) for number in (1, 2, 3)
    )
    given = first.where(table["size"] == 2, first + " and " + second)
    then = second.where(table["size"] == 2, third)
    share = (100 * table["confidence"]).map("{:.0f}".format)
    times = table["lift"].map("{:.1f}".format)
    said = share + "% of the invoices with " + given + " also hold " + then + ", "
    return (said + times + " times its share of all invoices").astype("str")
