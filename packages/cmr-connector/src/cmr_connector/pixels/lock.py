"""What the child process gives up before it sees the first image: room to grow, files, the network, other programs.

Limits of the kernel (setrlimit) hold everywhere; on Linux a seccomp filter refuses the system calls themselves, which
needs no privilege. A decoder that a hostile codestream takes over then holds nothing but the images of one series.
"""

import ctypes
import platform
import resource
import struct
import sys

MOST_MEMORY = 4 << 30
"""Address space in bytes; OpenCV and onnxruntime reserve about 1.5 GiB before the first image."""

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
_MACHINES: dict[str, tuple[int, tuple[int, ...]]] = {
    # open, openat, openat2, creat, socket, connect, bind, execve, execveat, fork, vfork, unlink, rename, ptrace
    "x86_64": (0xC000003E, (2, 257, 437, 85, 41, 42, 49, 59, 322, 57, 58, 87, 82, 101, 263, 264, 316)),
    # openat, openat2, socket, connect, bind, execve, execveat, ptrace, unlinkat, renameat, renameat2
    "aarch64": (0xC00000B7, (56, 437, 198, 203, 200, 221, 281, 117, 35, 38, 276)),
}


def limit(seconds: int) -> None:
    """Bound memory, written files and the CPU time of what comes next.

    Args:
        seconds: of CPU time from now on; the kernel ends the process after it.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    for kind, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def give_up_system_calls() -> bool:
    """Refuse opening files, sockets and programs from now on; False where this kernel has no such filter."""
    known = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    program = _program(*known)
    size = len(program) // 8
    filters = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", size, ctypes.addressof(filters))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, None, 0, 0):
        return False
    return not prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.create_string_buffer(header), 0, 0)


def _program(machine: int, refused: tuple[int, ...]) -> bytes:
    """BPF: a call of another machine's kind is refused, then each call of the list; the rest is allowed."""
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, 0)]
    for number in refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)
