"""A command line in a process of its own: the folder of the store, then what is typed."""

import sys
from pathlib import Path

from bot.cli.app import command_line
from tests.cli.standins import PretendWorkshop

if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    command_line(lambda: PretendWorkshop(folder))
