"""The picture of how incidents went, readable on a phone. Nobody else imports matplotlib."""
# ruff: noqa: PLC0415  Importing it takes half a second, which who draws nothing is spared.

import io
from threading import Lock
from typing import TYPE_CHECKING

from bot.authoring import span
from commands.incident.figures import MARKS, Figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, SHARP = 3.9, 200
"""Inches, and pixels to an inch: a phone that is 390 px wide shows it at half its size."""

_INK, _PALE, _PAPER = "#1d1c1d", "#c9ccd1", "#ffffff"
_COLOURS = {"acknowledged": "#2b6cb0", "mitigated": "#b7791f", "resolved": "#2f7d4f"}
_YEAR = 52
_PEN = Lock()
"""Held by who draws: what matplotlib is told of fonts holds for every thread."""

_HOUR, _DAY = 3600.0, 86400.0


def draw(told: Figures, period: str) -> bytes:
    """Return the picture as PNG. It is slow: call it in a thread."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = sum(len(group.medians) for group in told.severities)
    tall = max(1.0, 0.24 * rows + 0.16 * len(told.severities))
    with _PEN, rc_context({"font.size": 8.5, "text.color": _INK, "axes.labelcolor": _INK}):
        figure = Figure(figsize=(WIDTH, (tall + 3.1) if rows else 2.4), dpi=SHARP)
        figure.set_facecolor(_PAPER)
        FigureCanvasAgg(figure)
        figure.suptitle(f"Incidents {period}", fontsize=11, fontweight="bold", color=_INK)
        if rows:
            above, below = figure.subplots(2, 1, height_ratios=(tall, 1.25))
            _bars(above, told)
            _weeks(below, told)
        else:
            _weeks(figure.subplots(), told)
        figure.tight_layout(h_pad=1.6)
        made = io.BytesIO()
        figure.savefig(made, format="png")
    return made.getvalue()


def alternative(told: Figures, period: str) -> str:
    """Return in words what the picture shows."""
    each = (
        f"{group.name}: "
        + ", ".join(f"{mark} {span(m.seconds)}" for mark, m in group.medians.items())
        for group in told.severities
        if group.medians
    )
    medians = "; ".join(each)
    return f"Incidents {period}: {told.counted}. Median times: {medians or 'none yet'}."


def _bars(axes: "Axes", told: Figures) -> None:
    """Draw the medians by severity, as bars with their values."""
    unit, seconds = _unit(told)
    place, ticks, names = 0.0, list[float](), list[str]()
    longest = max((m.seconds for g in told.severities for m in g.medians.values()), default=0.0)
    for group in told.severities:
        first = place
        for mark in MARKS:
            if (known := group.medians.get(mark)) is None:
                continue
            axes.barh(place, known.seconds / seconds, height=0.8, color=_COLOURS[mark])
            words = f" {mark} {span(known.seconds)} ({known.count})"
            axes.text(known.seconds / seconds, place, words, va="center", fontsize=7.5)
            place += 1.0
        if place > first:
            ticks.append((first + place - 1.0) / 2)
            names.append(group.name)
            place += 0.7
    axes.set_title("Median time from when it began", fontsize=9, loc="left")
    axes.set_yticks(ticks, names)
    axes.invert_yaxis()
    # The words to the right of the longest bar need as much room again.
    axes.set_xlim(0, max(longest / seconds, 0.01) * 2.1)
    axes.set_xlabel(unit)
    _calm(axes)


def _weeks(axes: "Axes", told: Figures) -> None:
    """Draw how many there were in each week."""
    from matplotlib.ticker import MaxNLocator

    places = range(len(told.weeks))
    axes.bar(places, [count for _, count in told.weeks], width=0.7, color=_COLOURS["acknowledged"])
    style, most = ("%b %Y", 4) if len(told.weeks) > _YEAR else ("%d %b", 6)
    step = max(1, -(-len(told.weeks) // most))
    shown = [(at, week) for at, (week, _) in zip(places, told.weeks, strict=True) if at % step == 0]
    axes.set_xticks([at for at, _ in shown], [f"{week:{style}}" for _, week in shown])
    axes.set_title("Incidents a week", fontsize=9, loc="left")
    axes.set_xlabel("week that begins on")
    axes.set_ylabel("incidents")
    axes.set_ylim(0, max(1, *(count for _, count in told.weeks)) * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(visible=True, axis="y", color=_PALE, linewidth=0.5)
    _calm(axes)


def _calm(axes: "Axes") -> None:
    """Leave only the lines that help to read *axes*."""
    axes.set_facecolor(_PAPER)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_PALE)
    axes.tick_params(colors=_INK, length=0, labelsize=8)
    axes.set_axisbelow(True)


def _unit(told: Figures) -> tuple[str, float]:
    """Return the unit of the times, and its seconds."""
    longest = max((m.seconds for g in told.severities for m in g.medians.values()), default=0.0)
    if longest > 2 * _DAY:
        return "days", _DAY
    return ("hours", _HOUR) if longest > 2 * _HOUR else ("minutes", 60.0)
