"""The programs typed into a shell over the console, a line at a time.

Each file is one command in braces, so that it is opened once and the shell answers each line with
its second prompt, which is the flow control: no line is sent before the last was read. What came is
proven by a checksum that the guest takes. Bytes that could pass for a prompt are never typed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from ringside.catalog.delivery import ConsoleDelivery
from ringside.catalog.workloads import Workload
from ringside.errors import ImageError
from ringside.image.delivery.contract import Cargo, Delivered, Step
from ringside.image.initrd import plan_text
from ringside.image.mono import check_length

# Letters, digits and signs that mean nothing to a shell and are in no prompt.
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./,:+=")
_DIGITS = frozenset(b"01234567")
# A kernel has to boot before it has a prompt.
_FIRST_PROMPT_S = 60.0
_ESCAPE_PREFIX = {"printf": "\\", "echo": "\\0"}
_COMMAND = {"printf": "printf", "echo": "echo -ne"}
_END = "RINGSIDE"


def deliver(how: ConsoleDelivery, cargo: Cargo) -> Delivered:
    """The script that types the plan's programs. Raises ImageError when one can't be read."""
    check_length(cargo.plan)
    if cargo.workloads.one_program:
        raise ImageError(
            f"{cargo.image.kernel}: the console method needs a port with separate programs"
        )
    files = _files(cargo)
    script = tuple(_script(how, files))
    digest = hashlib.sha256(b"".join(step.send for step in script)).hexdigest()
    return Delivered(kernel=cargo.file, sha256=digest, script=script)


def _files(cargo: Cargo) -> dict[str, bytes]:
    """What the guest gets, by path below the folder."""
    try:
        files = {"init": cargo.workloads.init.read_bytes()}
        for elf in cargo.workloads.required_elves(cargo.plan):
            files[elf.guest_path] = _checked(elf)
    except OSError as error:
        raise ImageError(f"{error.filename}: can't be read: {error.strerror}") from error
    return {**files, "ringside/plan": plan_text(cargo.profile, cargo.plan).rstrip(b"\n") + b"\n"}


def _checked(elf: Workload) -> bytes:
    data = elf.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != elf.sha256:
        raise ImageError(f"workload {elf.name} changed while being read: run again")
    return data


def _script(how: ConsoleDelivery, files: dict[str, bytes]) -> Iterator[Step]:
    yield Step(b"", how.prompt, _FIRST_PROMPT_S, "waiting for the shell's prompt")
    for line in how.setup:
        yield _command(how, line, f"`{line}`")
    parents = {str(folder) for path in files for folder in PurePosixPath(path).parents}
    # One at a time, and no more than there is need for: not every mkdir knows -p.
    for folder in ("", *(f"/{folder}" for folder in sorted(parents - {"."}))):
        yield _command(how, f"mkdir {how.folder}{folder}", f"mkdir of {how.folder}{folder}")
    for path, data in files.items():
        yield from _file(how, f"{how.folder}/{path}", data)
    yield Step(_line(how.start.replace("{folder}", how.folder)), "", how.answer_s, "starting")


def _file(how: ConsoleDelivery, path: str, data: bytes) -> Iterator[Step]:
    *lines, last = _typed(how, path, data)
    for line in lines:
        # The prompt comes too early where the shell does not take the command to be unfinished.
        yield Step(_line(line), how.more, how.answer_s, f"typing {path}", refuse=how.prompt)
    yield _command(how, last, f"writing {path}")
    yield _command(how, f"chmod 755 {path}", f"chmod of {path}")
    if how.checksum != "none":
        digest = hashlib.new(how.checksum.removesuffix("sum"), data).hexdigest()
        what = f"{how.checksum} of {path}"
        send = _line(f"{how.checksum} {path}")
        yield Step(send, digest, how.answer_s, what, refuse=how.prompt)
        # The digest came with its line; the prompt comes after it.
        yield Step(b"", how.prompt, how.answer_s, what)


def _typed(how: ConsoleDelivery, path: str, data: bytes) -> list[str]:
    """The lines of the one command that writes a file."""
    if how.encoding in _COMMAND:
        word, prefix = _COMMAND[how.encoding], _ESCAPE_PREFIX[how.encoding]
        room = how.width - len(f"{word} ''")
        return [
            "{",
            *(f"{word} '{piece}'" for piece in _escaped(data, prefix, room)),
            f"}} >{path}",
        ]
    packed = gzip.compress(data, mtime=0) if how.encoding == "base64-gzip" else data
    gunzip = " | gunzip" if how.encoding == "base64-gzip" else ""
    text = base64.b64encode(packed).decode()
    pieces = [text[at : at + how.width] for at in range(0, len(text), how.width)]
    # The braces make the here document's end an unfinished command's, as every line before.
    return ["{", f"base64 -d <<{_END}{gunzip}", *pieces, _END, f"}} >{path}"]


def _escaped(data: bytes, prefix: str, room: int) -> Iterator[str]:
    """`data` as the argument of printf or echo, in pieces of at most `room` characters."""
    piece: list[str] = []
    length = 0
    for at, byte in enumerate(data):
        text = chr(byte)
        if byte not in _PLAIN:
            # Three digits where one that is meant as it is would be taken for a fourth.
            short = at + 1 < len(data) and data[at + 1] not in _DIGITS
            text = f"{prefix}{byte:o}" if short else f"{prefix}{byte:03o}"
        if length + len(text) > room:
            yield "".join(piece)
            piece, length = [], 0
        piece.append(text)
        length += len(text)
    yield "".join(piece)


def _command(how: ConsoleDelivery, line: str, what: str) -> Step:
    return Step(_line(line), how.prompt, how.answer_s, what)


def _line(text: str) -> bytes:
    return text.encode() + b"\n"
