"""Asking the rules who may do what, and why."""
