# SPDX-License-Identifier: Apache-2.0
"""Makes schemas that need no other file: what a schema refers to stands in its own `$defs`.

A schema in docs/contract/schemas says each thing once and refers to it from other files. Most validators and generators of
code want one file, so docs/contract/bundled has each schema as such a file, with the `$id` that is its `dataschema`.
"""

import json
import shutil
from pathlib import Path

from contract import CONTRACT, files

# Parts of other schemas, never a schema of their own.
PARTS = ("parts.json", "common.json", "words.json")


class Bundle:
    """One schema and, under `$defs`, all that it leads to."""

    def __init__(self, path):
        self.definitions = {}
        self.names = {}
        self.path = path
        schema = json.loads(path.read_text(encoding="utf-8"))
        own = schema.pop("$defs", {})
        # The file's own definitions first: they keep their names.
        for name in own:
            self.names[(path, f"/$defs/{name}")] = name
        body = self.copied(schema, path)
        for name, part in own.items():
            self.definitions[name] = self.copied(part, path)
        self.schema = {"$schema": body.pop("$schema"), "$id": identifier(path), **body}
        if self.definitions:
            self.schema["$defs"] = dict(sorted(self.definitions.items()))

    def copied(self, value, path):
        """A value whose references lead into `$defs` of the bundle."""
        if isinstance(value, list):
            return [self.copied(part, path) for part in value]
        if not isinstance(value, dict):
            return value
        changed = {name: self.copied(part, path) for name, part in value.items() if name != "$ref"}
        if "$ref" in value:
            file, _, pointer = value["$ref"].partition("#")
            place = path if not file else (path.parent / file).resolve()
            changed["$ref"] = f"#/$defs/{self.name_of(place, pointer)}"
        return changed

    def name_of(self, path, pointer):
        if (path, pointer) not in self.names:
            name = pointer.split("/")[-1] or path.stem
            if name in self.names.values():
                name = f"{path.parent.name}-{path.stem}-{name}"
            self.names[(path, pointer)] = name
            part = json.loads(path.read_text(encoding="utf-8"))
            for step in pointer.split("/")[1:]:
                part = part[step]
            part = {key: inner for key, inner in part.items() if key != "$schema"}
            self.definitions[name] = self.copied(part, path)
        return self.names[(path, pointer)]


def identifier(path):
    """Of an event's data it is the `dataschema`; the others are named alike, by their folder."""
    if path.parent.name == "events":
        return f"urn:getnet-bridge:schema:{path.stem}:1"
    return f"urn:getnet-bridge:schema:{path.parent.name}:{path.stem}:1"


def bundles():
    """The text of every bundled file, by its path below the contract's folder. The answers of the ports are in openapi.yaml."""
    found = {}
    for path in files("schemas"):
        if path.name not in PARTS and path.parent.name != "ports":
            name = Path("bundled") / path.relative_to(CONTRACT / "schemas")
            found[name] = json.dumps(Bundle(path).schema, indent=2, ensure_ascii=False) + "\n"
    return found


def write_bundles():
    shutil.rmtree(CONTRACT / "bundled", ignore_errors=True)
    made = bundles()
    for name, text in made.items():
        (CONTRACT / name).parent.mkdir(parents=True, exist_ok=True)
        (CONTRACT / name).write_text(text, encoding="utf-8")
    return len(made)
