# SPDX-License-Identifier: Apache-2.0
"""Where the contract's files are, and what was found wrong in them."""

import json
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
CONTRACT = HERE.parent.parent / "docs" / "contract"

faults: list[str] = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def files(folder):
    return sorted((CONTRACT / folder).rglob("*.json"))


def reach(value, place):
    for step in place:
        value = value[step]
    return value



def deepest(error):
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    path = "/".join(str(part) for part in error.absolute_path)
    return f"at {path or 'the top'}: {error.message[:200]}"


def check_references(path, value):
    """Every `$ref` leads somewhere, in whatever document it stands."""
    if isinstance(value, list):
        for part in value:
            check_references(path, part)
    elif isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str):
            name, _, pointer = target.partition("#")
            try:
                place = path if not name else (path.parent / name).resolve(strict=True)
                place_value = yaml.safe_load(place.read_text(encoding="utf-8"))
                for step in pointer.split("/")[1:]:
                    place_value = place_value[step.replace("~1", "/").replace("~0", "~")]
            except (OSError, KeyError, TypeError):
                fault(path.name, f"{target} leads nowhere")
        for part in value.values():
            check_references(path, part)
