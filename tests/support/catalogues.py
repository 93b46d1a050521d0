"""The texts of a report, by language."""

from __future__ import annotations

from blockplan.report.words import CATALOG


def texts(node: object, path: str = "") -> dict[str, dict[str, str]]:
    assert isinstance(node, dict)
    if "zh" in node and isinstance(node["zh"], str):
        return {path: node}
    found: dict[str, dict[str, str]] = {}
    for key, value in node.items():
        found |= texts(value, f"{path}.{key}" if path else key)
    return found


def catalogue() -> dict[str, dict[str, str]]:
    from blockplan.texts import toml_table

    return texts(toml_table(CATALOG.package, CATALOG.name))
