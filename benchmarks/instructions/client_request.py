"""Requests to valgrind from inside the program that it runs.

A request is a sequence of instructions that does nothing on a processor and that valgrind knows;
valgrind.h publishes it, and promises that it stays as it is. A compiled module would be another
thing to build for every interpreter; so the few bytes are here, and are called through ctypes.
"""

import ctypes
import mmap
import platform

# Numbers of requests: of valgrind itself, and of its tool callgrind.
RUNNING_ON_VALGRIND = 0x1001
DUMP_STATS, ZERO_STATS, _TOGGLE, _DUMP_AT, START_INSTRUMENTATION = range(0x43540000, 0x43540005)

# A function of the C calling convention with one argument, the address of six words: the request
# and its arguments. It returns 0 where nobody listens.
CODE = {
    "x86_64": bytes.fromhex(
        "4889f8"  # mov rax, rdi: the six words
        "31d2"  # xor edx, edx: what is returned without valgrind
        "48c1c703 48c1c70d 48c1c73d 48c1c733"  # rol rdi by 3, 13, 61 and 51
        "4887db"  # xchg rbx, rbx
        "4889d0"  # mov rax, rdx
        "c3"  # ret
    ),
    "aarch64": b"".join(
        word.to_bytes(4, "little")
        for word in (
            0xAA0003E4,  # mov x4, x0: the six words
            0xD2800003,  # mov x3, 0: what is returned without valgrind
            0x93CC0D8C,  # ror x12, x12 by 3, 13, 51 and 61
            0x93CC358C,
            0x93CCCD8C,
            0x93CCF58C,
            0xAA0A014A,  # orr x10, x10, x10
            0xAA0303E0,  # mov x0, x3
            0xD65F03C0,  # ret
        )
    ),
}


class Valgrind:
    """Valgrind, seen from a program that it runs.

    Raises:
        NotImplementedError: nobody wrote the request for this processor.
    """

    def __init__(self) -> None:
        machine = platform.machine()
        if machine not in CODE:
            raise NotImplementedError(f"no instructions can be counted on {machine}")
        protection = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        self.memory = mmap.mmap(-1, mmap.PAGESIZE, prot=protection)
        self.memory.write(CODE[machine])
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        # PYFUNCTYPE keeps the GIL, whose hand-over would be counted.
        self.function = ctypes.PYFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p)(address)

        self.words = (ctypes.c_size_t * 6)()
        self.address = ctypes.addressof(self.words)

    def request(self, number: int) -> int:
        """Send a request without arguments; returns valgrind's answer, 0 without valgrind."""
        self.words[0] = number
        answer: int = self.function(self.address)
        return answer
