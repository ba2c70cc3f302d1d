"""Who is at the other end of a Unix socket, as the machine says: no client can lie about it."""

import pwd
import socket
import struct
import sys
from asyncio.trsock import TransportSocket

_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_SIZE = 0, 1, 76
"""macOS, sys/un.h and sys/ucred.h: a version and the user's number come first."""


def uid_of(connection: socket.socket | TransportSocket) -> int:
    """Return the number of the user who opened the other end of *connection*."""
    if sys.platform == "darwin":
        raw = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_SIZE)
        return int(struct.unpack_from("=II", raw)[1])
    # unix(7): struct ucred is the process, the user and the group.
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("=iII"))
    return int(struct.unpack("=iII", raw)[1])


def name_of(uid: int) -> str:
    """Return the name of user *uid*, or `#1001` where the machine has none for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"
