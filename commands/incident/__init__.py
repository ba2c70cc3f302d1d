"""Incidents: declared by one press, led, told of, ended and learnt from."""
