"""The shared words: frozen values and protocols, no I/O, no vendor."""
