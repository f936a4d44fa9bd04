"""What amounts are in."""

from segmentation_platform.ledger.inspection.evidence import Evidence
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind, Finding, Inferred, quoted
from segmentation_platform.ledger.profile.model import LedgerColumn, Numbers


def currencies(evidence: Evidence, style: Numbers) -> Inferred:
    """The ledger's currency; a doubt where there are several, because amounts in different ones don't add up."""
    if evidence.has("currency"):
        counts: dict[str, int] = {}
        for text, lines in evidence.counts("currency").items():
            counts[text.upper()] = counts.get(text.upper(), 0) + lines
        source = evidence.columns["currency"]
    elif len(style.signs) > 1:
        counts, source = _signs(evidence, style), "the signs beside the amounts"
    else:
        return Inferred({})
    if not counts:
        return Inferred({})
    main = max(counts, key=lambda name: (counts[name], name))
    finding = Finding("currency", main, f"{source}: {counts[main]:,} lines")
    if len(counts) == 1:
        return Inferred({"name": main}, (finding,))
    others = {name: lines for name, lines in counts.items() if name != main}
    rates = "\n".join(f"{quoted(name)} = 1.0    # its worth in the ledger's currency" for name in others)
    listed = ", ".join(f"{name} {lines:,} lines" for name, lines in counts.items())
    doubt = Doubt(
        DoubtKind.CURRENCIES,
        f"Amounts are in {len(counts)} currencies: {listed}. "
        f"Without rates the lines that are not in {main} are left out.",
        f"[profile.currency]\nname = {quoted(main)}\n"
        f"[profile.currency.rates]    # none: that currency alone counts\n{rates}",
        max(0.011, sum(others.values()) / sum(counts.values())),
    )
    return Inferred({"name": main}, (finding,), (doubt,))


def _signs(evidence: Evidence, style: Numbers) -> dict[str, int]:
    column: LedgerColumn = "unit_price" if evidence.has("unit_price") else "line_total"
    found: dict[str, int] = {}
    for text, lines in evidence.counts(column).items():
        sign = next((sign for sign in sorted(style.signs, key=len, reverse=True) if sign in text), None)
        if sign:
            found[sign.upper()] = found.get(sign.upper(), 0) + lines
    return found
