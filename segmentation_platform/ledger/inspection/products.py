"""Which lines are products, and which products are the same."""

import re
from typing import Final

from segmentation_platform.ledger.inspection.evidence import Evidence, trimmed
from segmentation_platform.ledger.inspection.findings import Finding, Inferred
from segmentation_platform.ledger.profile.presets import Preset
from segmentation_platform.ledger.profile.words import bare_words, folded, words

_PATTERN_SHARE: Final = 0.97
_WITH_DIGITS: Final = 0.9
_BLANK_CODES: Final = 0.0005
_ZEROS_SHARE: Final = 0.2


def product_rules(evidence: Evidence, preset: Preset | None) -> Inferred:
    """Which lines are products: by a preset's pattern where it fits, else by what the words of the others say."""
    if not evidence.has("stock_code"):
        missing = "by description" if evidence.has("description") else "one product"
        because = "there is no column of product codes" + (
            "" if evidence.has("description") else " and none of names"
        )
        found = Inferred({"missing_code": missing}, (Finding("products", _missing(missing), because),))
        return _with_services(found, evidence)
    codes = {code.upper(): lines for code, lines in evidence.counts("stock_code").items()}
    if preset is not None and preset.pattern and _has_pattern(codes, preset):
        others = sum(lines for code, lines in codes.items() if not re.fullmatch(preset.pattern, code))
        share = 1 - others / sum(codes.values())
        because = f"{share:.1%} of the lines have such a code, the others are services known of such ledgers"
        took = f"codes like {preset.pattern} are products"
        return Inferred({"pattern": preset.pattern}, (Finding("products", took, because),))
    found = _with_zeros(_blank_codes(evidence), evidence)
    return _with_services(found, evidence)


def _missing(how: str) -> str:
    return "the description names the product" if how == "by description" else "products are not told apart"


def _has_pattern(codes: dict[str, int], preset: Preset) -> bool:
    fitting = sum(lines for code, lines in codes.items() if re.fullmatch(preset.pattern, code))
    return fitting >= _PATTERN_SHARE * sum(codes.values()) and bool(preset.services & set(codes))


def _blank_codes(evidence: Evidence) -> Inferred:
    blanks = evidence.frame(
        f"SELECT COUNT(*) AS lines FROM raw_sales WHERE coalesce({trimmed('stock_code')}, '') = ''"  # noqa: S608
        f" AND {trimmed('description')} <> '' AND {trimmed('invoice_date')} <> ''"
    )["lines"].iloc[0]
    if not blanks or blanks < _BLANK_CODES * evidence.lines:
        return Inferred({})
    because = f"{int(blanks):,} lines have a description and no code"
    return Inferred({"missing_code": "by description"}, (Finding("products", _missing("by description"), because),))


def _with_zeros(found: Inferred, evidence: Evidence) -> Inferred:
    """Codes that lost their leading zeros on some lines, as spreadsheets do it."""
    codes = [code for code in evidence.counts("stock_code") if code.isascii() and code.isdigit()]
    padded = {code for code in codes if code.startswith("0")}
    widths = {len(code) for code in padded}
    bare = set(codes) - padded
    both = {code for code in padded if code.lstrip("0") in bare}
    if len(widths) != 1 or len(both) < _ZEROS_SHARE * len(padded):
        return found
    width = widths.pop()
    because = f"{len(both):,} codes stand both with zeros at the front and without, such as {min(both)}"
    took = f"codes of digits have {width} of them; where zeros are gone they are put back"
    return Inferred(
        {**found.fields, "digits": width}, (*found.findings, Finding("products", took, because)), found.doubts
    )


def _with_services(found: Inferred, evidence: Evidence) -> Inferred:
    services, discounts = _services(evidence)
    fields = {**found.fields, "services": tuple(services), "discounts": tuple(discounts)}
    findings = list(found.findings)
    if services:
        findings.append(Finding("products", f"no products: {_listed(services)}", "their words say so"))
    if discounts:
        took = f"come off the other lines of their order: {_listed(discounts)}"
        findings.append(Finding("products", took, "their words say so, and their amounts are negative"))
    return Inferred(fields, tuple(findings), found.doubts)


def _listed(codes: list[str]) -> str:
    return ", ".join(codes[:8]) + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")


def _services(evidence: Evidence) -> tuple[list[str], list[str]]:
    """Codes, or names where there is no code, of lines that are no products; and of lines of discount."""
    frame = evidence.frame(
        f"SELECT upper(coalesce({trimmed('stock_code')}, '')) AS code,"  # noqa: S608
        " nullif(upper(trim(regexp_replace(coalesce(description, ''), '\\s+', ' ', 'g'))), '') AS name,"
        " COUNT(*) AS lines, SUM(CASE WHEN regexp_matches(concat_ws('|', quantity, unit_price, line_total), '[-(]')"
        " THEN 1 ELSE 0 END) AS negative"
        " FROM raw_sales GROUP BY code, name ORDER BY lines DESC, code, name LIMIT 50000"
    ).astype({"code": "str"})
    digits = frame.loc[frame["code"].str.contains(r"\d"), "lines"].sum() >= _WITH_DIGITS * frame["lines"].sum()
    services: dict[str, None] = {}
    discounts: dict[str, None] = {}
    for row in frame.to_dict("records"):
        name = row["name"] if isinstance(row["name"], str) else ""
        code = str(row["code"]) or name
        if not code:
            continue
        kind = _kind(str(row["code"]), name, digits=bool(digits))
        if kind == "discounts" and row["negative"] >= _WITH_DIGITS * row["lines"]:
            discounts[code] = None
        elif kind:
            services[code] = None
    return list(services), list(discounts)


def _kind(code: str, name: str, *, digits: bool) -> str:
    for kind in ("discounts", "services"):
        known = words("products", kind)
        if (code and folded(code) in known) or bare_words(name) in known or (code and bare_words(code) in known):
            return kind
        first = folded(code).split(" ")[0]
        if digits and code and not re.search(r"\d", code) and first in known:
            return kind
    return ""
