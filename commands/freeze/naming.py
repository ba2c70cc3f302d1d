"""What every freeze is told by: the environment that it is about."""

from typing import Annotated

from pydantic import StringConstraints

Environment = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$")]
"""An environment as the settings of targets name it."""
