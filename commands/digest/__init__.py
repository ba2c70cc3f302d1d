"""Digests: what there is to know, told so that it fits one screen of a phone."""
