"""Vendors behind ports."""
