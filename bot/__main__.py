"""Where the process begins: `redbutton`, and `python -m bot`."""

from bot.cli.app import command_line
from bot.cli.workshop import Workshop


def main() -> None:
    """Do what the command line says."""
    command_line(_joined)


def _joined() -> Workshop:
    from bot.main import House  # noqa: PLC0415  Everything hangs on it, and `--help` needs nothing.

    return House()


if __name__ == "__main__":
    main()
