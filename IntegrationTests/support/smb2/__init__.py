"""A small SMB 2.0.2 client: persistent sessions for the tests, and frames by hand for the tests that misbehave.

It shares no line with the server, so a constant that is wrong there is not wrong here too.
"""

from .connection import Connection, open_tree  # noqa: F401
from .file import Entry, File  # noqa: F401
from .filecontrol import ioctl_output, symbolic_link  # noqa: F401
from .numbers import *  # noqa: F401,F403
from .transport import Disconnected, Response, SMBError, header  # noqa: F401
from .tree import Tree  # noqa: F401
