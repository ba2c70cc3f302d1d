"""What the road counts: askings by how they were answered, runs by how they ended."""

from prometheus_client import Counter

ANSWERED = Counter("redbutton_askings", "Askings, by surface and answer.", ["surface", "answer"])
ENDED_RUNS = Counter(
    "redbutton_runs", "Runs ended, by operation and state.", ["operation", "state"]
)
