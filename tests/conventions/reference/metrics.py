"""The page of metrics: what `/metrics` counts."""

from collections.abc import Iterator

from prometheus_client import REGISTRY, Metric

from tests.conventions.house import import_all
from tests.conventions.reference.markdown import code, table

OURS = "redbutton_"


def page() -> str:
    """Return the page."""
    return f"""# Metrics

`/metrics` serves these in the text format of Prometheus, beside those of the process itself.

{table(("name", "sort", "what it tells"), _rows())}
"""


def ours() -> list[Metric]:
    """Return the metrics of the product."""
    import_all()
    return sorted((m for m in REGISTRY.collect() if m.name.startswith(OURS)), key=lambda m: m.name)


def _rows() -> Iterator[tuple[str, str, str]]:
    for metric in ours():
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        yield code(name), metric.type, metric.documentation
