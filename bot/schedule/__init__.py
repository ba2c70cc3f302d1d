"""Schedules: a time that has come enters the road like any other asking, as the schedule."""
