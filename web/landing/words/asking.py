from collections.abc import Mapping

LINES: Mapping[str, tuple[str, str, str]] = {}
