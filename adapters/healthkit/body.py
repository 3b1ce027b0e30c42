"""The main file without its head: from `<HealthData` on, in bytes that a parser accepts.

Apple's DTD is never parsed: that of iOS 16.0 is not well formed, and no DTD is trusted with
entities. Control bytes, which Apple writes raw into attributes, become spaces and are counted.

Source: W3C XML 1.0 (Fifth Edition), production 2 (Char).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from adapters.errors import ArchiveRefused
from adapters.healthkit.archive import EXPORT_AGAIN

_MOST_HEAD = 2**20
_REFERENCE = 16

_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_SPACES = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_NUMBERED = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_NOT_CHARS = re.compile("[\ufffe\uffff]")


def without_head(
    blocks: Iterator[bytes], root: str, most_head: int = _MOST_HEAD
) -> Iterator[bytes]:
    """Cut everything before the start tag of ``root``, by bytes.

    Raises:
        ArchiveRefused: entities are declared, or there is no such tag in the first ``most_head``.
    """
    start = re.compile(rb"<!--.*?(?:-->|\Z)|<" + root.encode() + rb"[\s/>]", re.DOTALL)
    head = b""
    for block in blocks:
        head += block
        for found in start.finditer(head):
            if not found.group().startswith(b"<!--"):
                _refuse_entities(head[: found.start()])
                yield head[found.start() :]
                yield from blocks
                return
        if len(head) > most_head:
            break
    _refuse_entities(head)
    raise ArchiveRefused("This file has no readings that can be found.", EXPORT_AGAIN)


def cleaned(blocks: Iterator[bytes], replaced: Callable[[int], None]) -> Iterator[bytes]:
    """Replace what XML forbids: control bytes, references to them, bytes that are no UTF-8.

    Args:
        blocks: the file from its root element on.
        replaced: told how many were replaced, block by block.
    """
    rest = b""
    for block in blocks:
        block = rest + block
        cut = whole(block)
        rest = block[cut:]
        yield clean(block[:cut], replaced)
    if rest:
        yield clean(rest, replaced)


def is_clean(text: bytes) -> bool:
    """Whether `cleaned` would leave a whole piece of the file as it is."""
    found: list[int] = []
    return clean(text, found.append) == text and not found


def whole(block: bytes) -> int:
    """Where to cut a portion so that no reference and no letter is parted."""
    cut = len(block)
    reference = block.rfind(b"&", max(0, cut - _REFERENCE))
    if reference >= 0 and b";" not in block[reference:]:
        cut = reference
    for back in range(1, min(4, cut) + 1):
        byte = block[cut - back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return cut - back if back < length else cut
    return cut


def clean(block: bytes, replaced: Callable[[int], None]) -> bytes:
    """`cleaned` for one portion that parts no reference and no letter."""
    found = len(block) - len(block.translate(None, _CONTROLS))
    if found:
        block = block.translate(_SPACES)
    if b"&#" in block:
        found += sum(not _allowed(each) for each in _NUMBERED.finditer(block))
        block = _NUMBERED.sub(lambda each: each.group() if _allowed(each) else b" ", block)
    if not block.isascii():
        text = block.decode("utf-8", errors="replace")
        text = _NOT_CHARS.sub("\ufffd", text)
        found += text.count("\ufffd") - block.count(b"\xef\xbf\xbd")
        block = text.encode("utf-8")
    if found:
        replaced(found)
    return block


def _allowed(reference: re.Match[bytes]) -> bool:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return (
        code in (9, 10, 13)
        or 0x20 <= code < 0xD800
        or 0xE000 <= code < 0xFFFE
        or 0x10000 <= code < 0x110000
    )


def _refuse_entities(head: bytes) -> None:
    if b"<!ENTITY" in head:
        raise ArchiveRefused(
            "This file declares entities, which Apple Health never does.", EXPORT_AGAIN
        )
