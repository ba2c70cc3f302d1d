"""Speed and size, beside their baselines and targets: `python -m benchmarks`."""
