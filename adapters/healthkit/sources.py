"""Which apps and phones an export names, without reading anything else of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

from adapters.healthkit.archive import CutShort, open_archive
from adapters.healthkit.devices import source_identity
from adapters.healthkit.limits import Limits
from adapters.reading import SourceKey

_NAMED = re.compile(rb"""\bsourceName=(?:"([^"<]{0,1000})"|'([^'<]{0,1000})')""")
_OVERLAP = 1024


def sources_in(
    path: Path, limits: Limits, source_key: Callable[[str], SourceKey]
) -> set[SourceKey]:
    """The keys of all apps and phones that are named anywhere in the main file.

    Raises:
        ArchiveRefused: as `archive.open_archive`.
    """
    names: set[bytes] = set()
    with open_archive(path, limits) as archive:
        rest = b""
        try:
            for block in archive.main.blocks(limits.block):
                rest += block
                for quoted, single in set(_NAMED.findall(rest)):
                    if len(names) < limits.names:
                        names.add(quoted or single)
                rest = rest[-_OVERLAP:]
        except CutShort:
            pass
    return {
        source_key(source_identity(unescape(name.decode("utf-8", errors="replace"))))
        for name in names
    }
