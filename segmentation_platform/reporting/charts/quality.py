"""Charts of quality: how well is recommended, why this model was chosen, how far customers have drifted from it."""

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    ACCENT,
    INK,
    QUIET,
    WARNING,
    below,
    between,
    blank,
    count,
    figures,
    highest,
    listed,
    nothing,
    percent,
    rows_high,
    whiskers,
    wrapped,
)
from segmentation_platform.segments.rules import SegmentationRules, fulfils

MODELS = {
    "customer_lists": "Customers' lists (buy again and new to you)",
    "buy_again": "The list buy again alone",
    "new_to_you": "The list new to you alone",
    "segment_lists": "Segments' lists",
    "personal_frequency": "What each customer bought most",
    "counting": "Counting: bought often and lately",
    "ease": "Products that go together (EASE)",
    "ease_trend": "EASE times trend",
    "recent_popularity": "What is popular lately",
    "global_popularity": "What is popular",
    "replaced_system": "The replaced system (units per segment)",
}
"""What the models of the backtest are called where people read."""

_LISTS = ("customer_lists", "buy_again", "new_to_you", "segment_lists")
_BASELINES = ("recent_popularity", "global_popularity", "counting", "replaced_system")
_OWN = {"all": "customer_lists", "next_basket": "customer_lists", "new": "new_to_you", "repeat": "buy_again"}
_TASKS = {
    "all": "everything that was bought",
    "new": "what customers had not bought before",
    "repeat": "what customers had bought before",
    "next_basket": "what was bought on the first day",
}
_COLORS = ("#0b3c49", "#c8553d", "#7a7a7a", "#6a4c93")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")
_PSI = {
    "psi_recency": "Shift of recency",
    "psi_frequency": "Shift of frequency",
    "psi_monetary": "Shift of money spent",
    "psi_segments": "Shift of the segments' sizes",
}


def backtest_forest(quality: pd.DataFrame) -> Chart:
    """How well every model predicted, with its interval, best first.

    Args:
        quality: rows of `contracts.RecommendationQuality` of one task, metric and origin

    """
    title = "How well is recommended"
    models = quality.drop_duplicates("model").sort_values("value", ascending=False, ignore_index=True)
    models = models.assign(named=[MODELS.get(name, name) for name in models["model"]])
    table = _quality_table(models)
    if models.empty:
        said = "The lists could not be judged as of a past day: too few customers were known then."
        return Chart(title, said, nothing(said), table)
    first = models.iloc[0]
    figure = _forest(models.iloc[::-1])
    figure.update_xaxes(title=below(f"{_metric(first['metric'])}, 95 % intervals"))
    return Chart(f"{title}: {_TASKS[first['task']]}", _quality_said(quality, first), figure, table)


def model_choice(model_selection: pd.DataFrame, rules: SegmentationRules | None = None) -> Chart:
    """What each transform and number of segments predicts; filled where it is stable enough to be chosen.

    Args:
        model_selection: rows of `contracts.ModelSelection` of one region
        rules: what was asked for; as delivered where they are not given

    """
    title = "Why this number of segments"
    table = _choice_table(model_selection)
    if model_selection.empty:
        said = "There is no evidence of the choice."
        return Chart(title, said, nothing(said), table)
    asked = rules or SegmentationRules()
    predicted = bool(model_selection["repurchase_auc"].notna().all())
    column = "repurchase_auc" if predicted else "min_jaccard"
    steady = model_selection.apply(lambda fit: fulfils(fit, asked), axis="columns")
    judged = model_selection.assign(fulfils=steady).sort_values(["transform", "k"])
    figure = blank(height=380)
    for place, (transform, rows) in enumerate(judged.groupby("transform")):
        figure.add_trace(_tried(rows, column, str(transform), place))
    chosen = judged[judged["is_chosen"]]
    figure.add_trace(_ring(chosen, column))
    words = "predicts who buys again (AUC)" if predicted else "stability of the least stable segment"
    figure.update_layout(showlegend=True)
    figure.update_xaxes(title=below("number of segments"), dtick=1)
    figure.update_yaxes(title=below(words))
    return Chart(title, _choice_sentence(judged, chosen, predicted), figure, table)


def drift(segment_drift: pd.DataFrame, rules: SegmentationRules | None = None) -> Chart:
    """How much of what is allowed customers have drifted from each model in force.

    Args:
        segment_drift: columns of `contracts.SegmentDrift`
        rules: the limits; as delivered where they are not given

    """
    title = "Drift from the segment model"
    if segment_drift.empty:
        said = "No drift was measured."
        return Chart(title, said, nothing(said), pd.DataFrame())
    used = _used(segment_drift, rules or SegmentationRules())
    figure = blank(rows_high(len(used), each=34))
    figure.add_trace(
        go.Bar(
            x=used["Of the limit"].tolist(),
            y=[wrapped(name, 20) for name in used["label"]],
            orientation="h",
            marker={"color": [WARNING if share > 1 else ACCENT for share in used["Of the limit"]]},
            text=[figures(value) for value in used["Value"]],
            textposition="outside",
            cliponaxis=False,
            hovertext=[
                f"{wrapped(row['label'], 60)}: {figures(row['Value'], 3)}, limit {figures(row['Limit'])}"
                for _, row in used.iterrows()
            ],
            hoverinfo="text",
        )
    )
    figure.add_vline(x=1, line={"color": INK, "width": 1.5, "dash": "dash"})
    furthest = max(1.0, float(used["Of the limit"].max()))
    figure.update_xaxes(range=[0, furthest * 1.25], tickformat=".0%", title=below("of the limit"))
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return Chart(title, _drift_said(segment_drift, used), figure, used.drop(columns="label"))


def _metric(name: str) -> str:
    kind, _, cut = name.partition("@")
    words = {
        "ndcg": "NDCG of the first {}, 1 is perfect",
        "hit_rate": "customers with a hit in the first {}",
        "recall": "share of their purchases in the first {}",
        "map": "mean average precision of the first {}",
        "coverage": "products that anyone is shown in the first {}",
    }
    return words.get(kind, name).format(cut)


def _quality_table(models: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "named": "What recommends",
        "value": "Value",
        "low": "From",
        "high": "To",
        "customers": "Customers",
    }
    return models[list(columns)].rename(columns=columns)


def _forest(models: pd.DataFrame) -> go.Figure:
    figure = blank(rows_high(len(models), each=42))
    symbols = dict.fromkeys(_BASELINES, "diamond-open") | dict.fromkeys(_LISTS, "circle")
    figure.add_trace(
        go.Scatter(
            x=models["value"].tolist(),
            y=[wrapped(name, 23) for name in models["named"]],
            mode="markers",
            marker={
                "color": [ACCENT if name in _LISTS else QUIET for name in models["model"]],
                "symbol": [symbols.get(name, "circle-open") for name in models["model"]],
                "size": 10,
            },
            error_x=whiskers(models["value"], models["low"], models["high"]),
            hovertext=[
                f"<b>{wrapped(row['named'], 60)}</b><br>{figures(row['value'], 3)}"
                f"{between(row['low'], row['high'], 3)}<br>{count(row['customers'])} customers"
                for _, row in models.iterrows()
            ],
            hoverinfo="text",
        )
    )
    figure.update_xaxes(rangemode="tozero")
    figure.update_yaxes(type="category", tickfont={"size": 12})
    return figure


def _quality_said(quality: pd.DataFrame, first: pd.Series) -> str:
    own = _OWN[first["task"]]
    against = quality[(quality["model"] == own) & quality["baseline"].isin(list(_BASELINES))]
    measured = f"On the days from {first['origin']:%Y-%m-%d}, for {count(first['customers'])} customers"
    if against.empty:
        return (
            f"{measured}, {_lower(MODELS.get(first['model'], first['model']))} did best: {figures(first['value'])}."
        )
    value = against.iloc[0]
    pairs = against.set_index("baseline")
    words = [
        _difference(row, str(name))
        for name, row in pairs[pairs.index.isin(["recent_popularity", "replaced_system"])].iterrows()
    ]
    reached = f"{figures(value['value'])}{between(value['low'], value['high'])}"
    said = f"{measured}, {_lower(MODELS[own])} reached {reached}"
    return f"{said}: {listed(words)}." if words else f"{said}."


def _difference(row: pd.Series, baseline: str) -> str:
    low, high, delta = row["delta_low"], row["delta_high"], row["delta"]
    interval = between(-high, -low) if delta < 0 else between(low, high)
    return f"{figures(abs(delta))}{interval} {'less' if delta < 0 else 'more'} than {_lower(MODELS[baseline])}"


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def _choice_table(model_selection: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "transform": "Transform",
        "k": "Segments",
        "is_chosen": "Chosen",
        "repurchase_auc": "AUC of buying again",
        "min_jaccard": "Least stability (Jaccard)",
        "prediction_strength": "Prediction strength",
        "quiet_relabelled": "Moved by a quiet day",
        "silhouette": "Silhouette",
        "smallest": "Smallest segment",
    }
    return model_selection[list(columns)].rename(columns=columns)


def _tried(rows: pd.DataFrame, column: str, transform: str, place: int) -> go.Scatter:
    color, symbol = _COLORS[place % len(_COLORS)], _SYMBOLS[place % len(_SYMBOLS)]
    shapes = [symbol if is_steady else f"{symbol}-open" for is_steady in rows["fulfils"]]
    return go.Scatter(
        x=rows["k"].tolist(),
        y=rows[column].tolist(),
        name=transform,
        mode="lines+markers",
        line={"color": color, "width": 1.2},
        marker={"color": color, "size": 9, "symbol": shapes},
        hovertext=[
            f"<b>{transform}, {row['k']} segments</b><br>AUC {figures(row['repurchase_auc'], 3)}"
            f"<br>stability {figures(row['min_jaccard'])}, prediction strength {figures(row['prediction_strength'])}"
            f"<br>{percent(row['quiet_relabelled'], 1)} moved by a quiet day"
            for _, row in rows.iterrows()
        ],
        hoverinfo="text",
    )


def _ring(chosen: pd.DataFrame, column: str) -> go.Scatter:
    return go.Scatter(
        x=chosen["k"].tolist(),
        y=chosen[column].tolist(),
        name="chosen",
        mode="markers",
        marker={"symbol": "circle-open", "size": 19, "color": INK, "line": {"width": 2}},
        hoverinfo="skip",
    )


def _choice_sentence(judged: pd.DataFrame, chosen: pd.DataFrame, predicted: bool) -> str:
    if chosen.empty:
        return f"{len(judged)} fits were judged; none of them is in force."
    one = chosen.iloc[0]
    said = (
        f"{one['k']} segments ({one['transform']}) were chosen among {len(judged)} fits judged on "
        f"{one['judged_on']:%Y-%m-%d}: the least stable segment has a Jaccard of {figures(one['min_jaccard'])}, the "
        f"prediction strength is {figures(one['prediction_strength'])}"
    )
    outlook_words = (
        f", and they predict who buys again with an AUC of {figures(one['repurchase_auc'])}" if predicted else ""
    )
    stable = "" if one["fulfils"] else " None fulfilled all that is asked for, so this is the most stable one."
    return f"{said}{outlook_words}.{stable} Filled marks are stable enough to be chosen."


def _used(segment_drift: pd.DataFrame, rules: SegmentationRules) -> pd.DataFrame:
    many = len(segment_drift) > 1
    rows = []
    for _, model in segment_drift.iterrows():
        values = {words: (float(model[name]), rules.max_psi) for name, words in _PSI.items()}
        used = {words: (value, limit, value / limit) for words, (value, limit) in values.items()}
        if pd.notna(model["shadow_ari"]):
            ari, least = float(model["shadow_ari"]), rules.min_shadow_ari
            # Agreement falls, from 1, where shifts rise, from 0.
            used["Agreement with a refit"] = (ari, least, (1 - ari) / (1 - least) if least < 1 else float(ari < 1))
        region = "all customers" if model["region"] == EVERYWHERE else str(model["region"])
        rows += [
            {
                "Model of": region,
                "Measure": words,
                "Value": value,
                "Limit": limit,
                "Of the limit": share,
                "label": f"{words} ({region})" if many else words,
            }
            for words, (value, limit, share) in used.items()
        ]
    return pd.DataFrame(rows)


def _drift_said(segment_drift: pd.DataFrame, used: pd.DataFrame) -> str:
    refused = segment_drift[segment_drift["refused"].notna()]
    promoted = segment_drift[segment_drift["is_promotion"]]
    if len(refused):
        return f"A refit is due ({refused['due'].iloc[0]}) but was refused: {refused['refused'].iloc[0]}."
    if len(promoted):
        one = promoted.iloc[0]
        relabelled = one["relabelled"]
        moved = f"; {percent(relabelled)} of customers changed segment" if pd.notna(relabelled) else ""
        return f"Model {one['model_version']} came into force on this night: {one['promotion']}{moved}."
    most = highest(used, "Of the limit")
    where = "beyond its limit" if most["Of the limit"] > 1 else "nearest to its limit and within it"
    return f"{most['Measure']} is {where}: {figures(most['Value'])} against {figures(most['Limit'])}."
