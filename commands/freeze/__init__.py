"""Freezing changes for a while."""
