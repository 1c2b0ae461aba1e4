"""Give a process that runs other people's queries as little as it needs.

Every SPARQL engine follows SERVICE, none has a switch against it. `kg.query` refuses the word; if it
ever overlooks one, the worker has no network to follow it into. Oxigraph cannot be asked to stop, so
the memory of a worker is capped by the kernel, and a timer of the kernel's ends it even when the
process that started it is gone.

To be called before anything starts a thread: a network namespace is given to single-threaded
processes only, and a system call filter to the calling thread and its children.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys

__all__ = ["ISOLATIONS", "isolate", "limit_memory", "time_bomb"]

ISOLATIONS = ("namespace", "filter", "none")
"""How the network is taken away: a namespace without devices, a filter on socket(), not at all."""

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
# Numbers of socket() and the architecture word, from linux/audit.h and each asm/unistd.h.
_SOCKET_CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_EACCES = 13


def isolate() -> str:
    """Take the network away from this process; return which of `ISOLATIONS` it was."""
    if sys.platform != "linux":
        return "none"
    libc = ctypes.CDLL(None, use_errno=True)
    # Allowed on most desktops and servers; containers often forbid it and leave the filter.
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        return "namespace"
    return "filter" if _forbid_sockets(libc) else "none"


def _forbid_sockets(libc: ctypes.CDLL) -> bool:
    """Make socket() fail from now on (seccomp(2)): no connection, no look-up of a name."""
    if platform.machine() not in _SOCKET_CALLS:
        return False
    architecture, socket_call = _SOCKET_CALLS[platform.machine()]
    load, equal, give = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
    allow, refuse, kill = 0x7FFF0000, 0x00050000 | _EACCES, 0x80000000
    instructions = [
        (load, 0, 0, 4),  # seccomp_data.arch
        (equal, 1, 0, architecture),
        (give, 0, 0, kill),  # 32-bit calls have other numbers
        (load, 0, 0, 0),  # seccomp_data.nr
        (equal, 0, 1, socket_call),
        (give, 0, 0, refuse),
        (give, 0, 0, allow),
    ]
    code = ctypes.create_string_buffer(
        b"".join(struct.pack("HBBI", *each) for each in instructions)
    )
    # struct sock_fprog: the number of instructions, and where they are.
    program = struct.pack("HxxxxxxQ", len(instructions), ctypes.addressof(code))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0)


def limit_memory(bytes_: int) -> None:
    """Let this process have so many bytes of addresses and leave no core dump."""
    if os.name != "posix":
        return
    import resource

    for name, value in (("RLIMIT_AS", bytes_), ("RLIMIT_CORE", 0)):
        limit = getattr(resource, name)
        _, hard = resource.getrlimit(limit)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, hard))


def time_bomb(seconds: float) -> None:
    """End this process in so many seconds, whatever it is doing then; 0 defuses it."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # Python's handlers wait for the interpreter
        signal.setitimer(signal.ITIMER_REAL, seconds)
