"""Type the programs into a shell over the console, line by line.

Each file is written by one command in braces, so that the shell opens it once and answers each line
with its continuation prompt. This is the flow control: no line is sent before the previous one has
been read. A checksum computed in the guest verifies each file. Data that could be mistaken for a
prompt is escaped.
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
from ringside.image.delivery.types import Delivered, Facts, Payload, Step
from ringside.image.initrd import plan_text
from ringside.image.mono import check_length

# Characters that have no meaning to a shell and don't occur in prompts.
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./,:+=")
_DIGITS = frozenset(b"01234567")
# The kernel boots before the first prompt.
_FIRST_PROMPT_S = 60.0
_ESCAPE_PREFIX = {"printf": "\\", "echo": "\\0"}
_COMMAND = {"printf": "printf", "echo": "echo -ne"}
_END = "RINGSIDE"


def deliver(config: ConsoleDelivery, payload: Payload) -> Delivered:
    """The script that types the programs of the plan. Raises ImageError if one can't be read."""
    check_length(payload.plan)
    if payload.workloads.one_program:
        raise ImageError(
            f"{payload.image.kernel}: the console method needs a port with separate programs"
        )
    files = _files(payload)
    script = tuple(_script(config, files))
    digest = hashlib.sha256(b"".join(step.send for step in script)).hexdigest()
    return Delivered(kernel=payload.file, sha256=digest, script=script)


def describe(config: ConsoleDelivery) -> Facts:
    """How the programs are typed."""
    return (("workloads", f"typed into its shell by {config.encoding}, into {config.folder}"),)


def _files(payload: Payload) -> dict[str, bytes]:
    """The files for the guest, by path relative to the folder."""
    try:
        files = {"init": payload.workloads.init.read_bytes()}
        for elf in payload.workloads.required_elves(payload.plan):
            files[elf.guest_path] = _checked(elf)
    except OSError as error:
        raise ImageError(f"{error.filename}: can't be read: {error.strerror}") from error
    return {
        **files,
        "ringside/plan": plan_text(payload.profile, payload.plan).rstrip(b"\n") + b"\n",
    }


def _checked(elf: Workload) -> bytes:
    data = elf.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != elf.sha256:
        raise ImageError(f"workload {elf.name} changed while being read: run again")
    return data


def _script(config: ConsoleDelivery, files: dict[str, bytes]) -> Iterator[Step]:
    yield Step(b"", config.prompt, _FIRST_PROMPT_S, "waiting for the shell's prompt")
    for line in config.setup:
        yield _command(config, line, f"`{line}`")
    parents = {str(folder) for path in files for folder in PurePosixPath(path).parents}
    # One directory at a time: not every mkdir supports -p.
    for folder in ("", *(f"/{folder}" for folder in sorted(parents - {"."}))):
        yield _command(
            config, f"mkdir {config.folder}{folder}", f"mkdir of {config.folder}{folder}"
        )
    for path, data in files.items():
        yield from _file(config, f"{config.folder}/{path}", data)
    yield Step(
        _line(config.start.replace("{folder}", config.folder)), "", config.answer_s, "starting"
    )


def _file(config: ConsoleDelivery, path: str, data: bytes) -> Iterator[Step]:
    *lines, last = _write_command(config, path, data)
    for line in lines:
        # The primary prompt would mean that the shell considers the command complete.
        yield Step(
            _line(line), config.more, config.answer_s, f"typing {path}", refuse=config.prompt
        )
    yield _command(config, last, f"writing {path}")
    yield _command(config, f"chmod 755 {path}", f"chmod of {path}")
    if config.checksum != "none":
        digest = hashlib.new(config.checksum.removesuffix("sum"), data).hexdigest()
        what = f"{config.checksum} of {path}"
        send = _line(f"{config.checksum} {path}")
        yield Step(send, digest, config.answer_s, what, refuse=config.prompt)
        # The digest has its own line; the prompt follows it.
        yield Step(b"", config.prompt, config.answer_s, what)


def _write_command(config: ConsoleDelivery, path: str, data: bytes) -> list[str]:
    """The lines of the command that writes a file."""
    if config.encoding in _COMMAND:
        word, prefix = _COMMAND[config.encoding], _ESCAPE_PREFIX[config.encoding]
        room = config.width - len(f"{word} ''")
        return [
            "{",
            *(f"{word} '{piece}'" for piece in _escaped(data, prefix, room)),
            f"}} >{path}",
        ]
    packed = gzip.compress(data, mtime=0) if config.encoding == "base64-gzip" else data
    gunzip = " | gunzip" if config.encoding == "base64-gzip" else ""
    text = base64.b64encode(packed).decode()
    pieces = [text[at : at + config.width] for at in range(0, len(text), config.width)]
    # Within the braces the shell answers the end of the here document with a continuation prompt.
    return ["{", f"base64 -d <<{_END}{gunzip}", *pieces, _END, f"}} >{path}"]


def _escaped(data: bytes, prefix: str, room: int) -> Iterator[str]:
    """`data` escaped for printf or echo, in pieces of at most `room` characters."""
    piece: list[str] = []
    length = 0
    for at, byte in enumerate(data):
        text = chr(byte)
        if byte not in _PLAIN:
            # Three octal digits if a literal digit follows, which would be read as part of it.
            short = at + 1 < len(data) and data[at + 1] not in _DIGITS
            text = f"{prefix}{byte:o}" if short else f"{prefix}{byte:03o}"
        if length + len(text) > room:
            yield "".join(piece)
            piece, length = [], 0
        piece.append(text)
        length += len(text)
    yield "".join(piece)


def _command(config: ConsoleDelivery, line: str, what: str) -> Step:
    return Step(_line(line), config.prompt, config.answer_s, what)


def _line(text: str) -> bytes:
    return text.encode() + b"\n"
