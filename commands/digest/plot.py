"""The picture of what was asked of the bot, readable on a phone, on light and on dark."""
# ruff: noqa: PLC0415  Importing it takes half a second, which who draws nothing is spared.

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, SHARP = 3.9, 3.0, 200
"""Inches, and pixels to an inch: a phone that is 390 px wide shows it at half its size."""

_INK, _PALE, _PAPER = "#1d1c1d", "#c9ccd1", "#ffffff"
_COLOURS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "done": ("#2f7d4f", ""),
        "under way": ("#9aa5b1", ""),
        "cancelled": ("#c9b8e0", ".."),
        "unclear": ("#e0c36a", ""),
        "refused": ("#b7791f", "//"),
        "failed": ("#c0392b", "xx"),
        "outcome unknown": ("#4a235a", ""),
    }
)
"""Colour and hatching of each outcome, from the ground up: colour alone is not for everybody."""

_DATES = 7
_DAY = 86400
_PEN = Lock()
"""Held by who draws: what matplotlib is told of fonts holds for every thread."""


@dataclass(frozen=True)
class Picture:
    """What is drawn: so many of each outcome in each span, by when the span *ends*."""

    ends: tuple[datetime, ...]
    stacks: tuple[Mapping[str, int], ...]
    axis: str


def draw(picture: Picture) -> bytes:
    """Return *picture* as PNG. It is slow: call it in a thread."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _PEN, rc_context({"font.size": 8.5, "text.color": _INK, "hatch.linewidth": 0.6}):
        figure = Figure(figsize=(WIDTH, HEIGHT), dpi=SHARP, layout="constrained")
        # Paper of its own: what is drawn on nothing cannot be read on dark.
        figure.set_facecolor(_PAPER)
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        _bars(axes, picture)
        _calm(axes, picture)
        figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=8)
        made = io.BytesIO()
        figure.savefig(made, format="png")
    return made.getvalue()


def alternative(picture: Picture) -> str:
    """Return in words what the picture shows."""
    totals = [sum(stack.values()) for stack in picture.stacks]
    last = {name: number for name, number in picture.stacks[-1].items() if number}
    told = ", ".join(f"{number:,} {name}" for name, number in last.items())
    return (
        f"Bars of operations by what came of them, {len(totals)} in all. "
        f"The highest stands at {max(totals):,}, the lowest at {min(totals):,}. "
        f"The last one is {totals[-1]:,}: {told or 'nothing'}."
    )


def _bars(axes: "Axes", picture: Picture) -> None:
    """Stack the outcomes of each span; those that never came are left out."""
    places = range(len(picture.stacks))
    ground = [0] * len(picture.stacks)
    for name, (colour, hatch) in _COLOURS.items():
        heights = [stack.get(name, 0) for stack in picture.stacks]
        if not any(heights):
            continue
        axes.bar(
            places,
            heights,
            width=0.75,
            bottom=ground,
            color=colour,
            hatch=hatch,
            edgecolor=_PAPER,
            linewidth=0.4,
            label=name,
        )
        ground = [low + high for low, high in zip(ground, heights, strict=True)]


def _calm(axes: "Axes", picture: Picture) -> None:
    """Leave only the lines that help to read *axes*."""
    from matplotlib.ticker import MaxNLocator

    ends = picture.ends
    short = (ends[-1] - ends[0]).total_seconds() < (len(ends) - 1) * _DAY
    step = max(1, -(-len(ends) // (_DATES - 2 * short)))
    # Counted from the last one, which people look for.
    shown = [at for at in range(len(ends)) if (len(ends) - 1 - at) % step == 0]
    style = "%a\n%H:%M" if short else "%d\n%b"
    axes.set_xticks(shown, [f"{ends[at]:{style}}" for at in shown])
    axes.set_xlabel(picture.axis)
    axes.set_ylabel("operations")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.grid(visible=True, axis="y", color=_PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_facecolor(_PAPER)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_PALE)
    axes.tick_params(colors=_INK, length=0, labelsize=8)
