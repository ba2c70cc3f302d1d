"""The pretend business: a small database of invented people."""

import sqlite3
from contextlib import closing
from pathlib import Path

PEOPLE = (
    ("ada@example.com", "Ada Moreau", "active", ""),
    ("alan@example.com", "Alan Castellan", "active", ""),
    ("annie@example.com", "Annie Brightwater", "active", ""),
    ("barbara@example.com", "Barbara Ostrander", "active", ""),
    ("dorothy@example.com", "Dorothy Pell", "active", ""),
    ("edsger@example.com", "Edsger Vandermeer", "active", ""),
    ("grace@example.com", "Grace Okonjo", "active", ""),
    ("hedy@example.com", "Hedy Fairweather", "active", ""),
    ("jean@example.com", "Jean Solberg", "active", ""),
    ("katherine@example.com", "Katherine Adeyemi", "active", ""),
    ("mallory@example.com", "Mallory Quick", "suspended", "card testing"),
    ("radia@example.com", "Radia Novak", "active", ""),
    ("bea@shop.example", "Bea Lindqvist", "active", ""),
    ("curt@shop.example", "Curt Abbing", "active", ""),
    ("dina@shop.example", "Dina Ferro", "active", ""),
    ("emil@shop.example", "Emil Tanaka", "active", ""),
    ("fay@shop.example", "Fay Osei", "active", ""),
    ("gil@shop.example", "Gil Peeters", "active", ""),
    ("hana@shop.example", "Hana Wirth", "active", ""),
    ("ivo@shop.example", "Ivo Kestrel", "active", ""),
    ("june@club.example", "June Halloran", "active", ""),
    ("kofi@club.example", "Kofi Brandt", "active", ""),
    ("lena@club.example", "Lena Duarte", "active", ""),
    ("milo@club.example", "Milo Sjoberg", "active", ""),
    ("nora@club.example", "Nora Imre", "active", ""),
    ("otto@club.example", "Otto Vance", "active", ""),
    ("pia@club.example", "Pia Rowan", "active", ""),
    ("remy@club.example", "Remy Cole", "suspended", "shared password"),
    ("suki@club.example", "Suki Harlan", "active", ""),
    ("theo@club.example", "Theo Marsh", "active", ""),
)
"""E-mail, name, state and note of each account."""


def seed(path: Path) -> None:
    """Make the file *path* with the table of accounts; what is in it already stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS account ("
            "email TEXT PRIMARY KEY, name TEXT NOT NULL, "
            "state TEXT NOT NULL CHECK (state IN ('active', 'suspended')), "
            "note TEXT NOT NULL DEFAULT '')"
        )
        connection.executemany("INSERT OR IGNORE INTO account VALUES (?, ?, ?, ?)", PEOPLE)
