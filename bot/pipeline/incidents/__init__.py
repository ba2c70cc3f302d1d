"""Incidents: how they are kept, shown, watched and told of."""
