"""Runs allowed invocations durably: given an id, it calls the run until it has ended."""
