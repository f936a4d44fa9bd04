"""Which customer numbers are the same customer's, and which are nobody's."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from segmentation_platform.ledger.inspection.evidence import Evidence
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind, Finding, Inferred, listed
from segmentation_platform.ledger.profile.words import guest_names, lowered

_MOSTLY: Final = 0.5
_ZEROS_SHARE: Final = 0.2
_OUTSIZED: Final = 0.05
_TIMES_THE_NEXT: Final = 3
_ZEROS: Final = re.compile("0+")
_MANY: Final = 2
_FEWEST_ORDERS: Final = 15
_MOST_NAMES: Final = 5


def customer_ids(evidence: Evidence) -> Inferred:
    """How customer numbers are compared, and what stands for guests."""
    if not evidence.has("customer_id"):
        because = "there is no column of customers"
        return Inferred({}, (Finding("customers", "all lines are of guests", because),), (_no_customers(),))
    counts = {_without_point(text): lines for text, lines in evidence.counts("customer_id").items()}
    if not counts:
        because = f"{evidence.columns['customer_id']} is blank on all lines"
        return Inferred({}, (Finding("customers", "all lines are of guests", because),), (_no_customers(),))
    fields: dict[str, object] = {}
    findings: list[Finding] = []
    doubts: list[Doubt] = []
    usual = sum(counts.values()) / len(counts)
    # Zeros alone can be the first of numbers of a fixed length; they stand for nobody where many lines have them.
    guests = [text for text in counts if _is_guest(text) or (_ZEROS.fullmatch(text) and counts[text] > _MANY * usual)]
    if guests:
        lines = sum(counts[text] for text in guests)
        fields["guests"] = tuple(dict.fromkeys(map(lowered, guests)))
        findings.append(Finding("customers", f"guests: {', '.join(guests[:8])}", f"{lines:,} lines of no customer"))
    known = {text: lines for text, lines in counts.items() if text not in guests}
    _add_case(known, fields, findings, doubts)
    _add_zeros(known, fields, findings, doubts)
    return Inferred(fields, tuple(findings), tuple(doubts))


def _is_guest(text: str) -> bool:
    """Whether a text, or what stands before the @ of an address, is one of the names that guests are given."""
    name, at, _ = text.casefold().partition("@")
    return text.casefold() in guest_names() or bool(at and (not name or name in guest_names()))


def _without_point(text: str) -> str:
    return re.sub(r"[.,]0+$", "", text)


def _no_customers() -> Doubt:
    return Doubt(
        DoubtKind.NO_CUSTOMERS,
        "There is no column of customers: nobody can be put into a segment.",
        '[profile.columns]\ncustomer_id = "name in the file"',
        1.0,
    )


def _add_case(known: dict[str, int], fields: dict[str, object], findings: list[Finding], doubts: list[Doubt]) -> None:
    mails = sum("@" in text for text in known)
    spellings: dict[str, list[str]] = defaultdict(list)
    for text in known:
        spellings[text.casefold()].append(text)
    merged = [texts for texts in spellings.values() if len(texts) > 1]
    if mails > _MOSTLY * len(known):
        fields["case"] = "folded"
        because = f"they are e-mail addresses; {len(known):,} spellings are {len(spellings):,} customers"
        findings.append(Finding("customers", "upper and lower case make no difference", because))
    elif merged:
        doubts.append(
            Doubt(
                DoubtKind.IDS_BY_CASE,
                f"{len(merged):,} customer numbers differ by upper and lower case alone, such as "
                f"{' and '.join(merged[0][:2])}: they are taken for different customers.",
                '[profile.customers]\ncase = "folded"    # or "kept", if they are different',
                len(merged) / len(spellings),
            )
        )


def _add_zeros(
    known: dict[str, int], fields: dict[str, object], findings: list[Finding], doubts: list[Doubt]
) -> None:
    digits = {text for text in known if text.isascii() and text.isdigit()}
    padded = {text for text in digits if text.startswith("0")}
    both = {text for text in padded if text.lstrip("0") in digits}
    if not both:
        return
    example = min(both)
    says = f"{len(both):,} customer numbers stand both with zeros at the front and without, such as {example}"
    if len(both) >= _ZEROS_SHARE * len(padded):
        fields["leading_zeros"] = "dropped"
        findings.append(Finding("customers", "zeros at the front make no difference", says))
        return
    doubts.append(
        Doubt(
            DoubtKind.IDS_BY_ZEROS,
            f"{says}: they are taken for different customers.",
            '[profile.customers]\nleading_zeros = "dropped"    # or "kept", if they are different',
            len(both) / max(1, len(known)),
        )
    )


def outsized_customer(evidence: Evidence, guests: Sequence[str]) -> Doubt | None:
    """A customer with so many orders that it is rather a name for guests.

    Args:
        evidence: of a session that holds `product_lines`
        guests: names of guests that are known

    """
    if not evidence.has("customer_id"):
        return None
    frame = evidence.frame(
        "SELECT customer_id, COUNT(DISTINCT invoice) AS orders FROM product_lines"  # noqa: S608
        " WHERE customer_id IS NOT NULL AND status = 'completed' GROUP BY customer_id"
        f" ORDER BY orders DESC, customer_id LIMIT {_MOST_NAMES + 1}"
    )
    total = evidence.frame("SELECT COUNT(DISTINCT invoice) AS orders FROM product_lines")["orders"].iloc[0]
    orders = [int(number) for number in frame["orders"]]
    outsized = next(
        (
            place
            for place, (each, following) in enumerate(pairwise(orders), 1)
            if each >= _FEWEST_ORDERS and each > _OUTSIZED * total and each >= _TIMES_THE_NEXT * following
        ),
        0,
    )
    if not outsized:
        return None
    names = [str(name) for name in frame["customer_id"].iloc[:outsized]]
    share, second = sum(orders[:outsized]) / max(1, total), orders[outsized]
    return Doubt(
        DoubtKind.OUTSIZED_CUSTOMER,
        f"{' and '.join(names)} have {sum(orders[:outsized]):,} orders, {share:.0%} of all, and the next customer "
        f"{second:,}: they may stand for guests.",
        f"[profile.customers]\nguests = {listed([*guests, *names])}    # or {listed(guests)} if they are customers",
        float(share),
    )
