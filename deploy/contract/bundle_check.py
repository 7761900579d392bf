# SPDX-License-Identifier: Apache-2.0
"""Checks the bundled schemas as users take them (case L4): each file alone, by two validators, and as models of a generator."""

import copy
import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema
import jsonschema_rs
from bundle import bundles
from contract import CONTRACT, deepest, fault, files, load

GENERATOR = [
    "--input-file-type", "jsonschema", "--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin",
]  # fmt: skip


def check_bundles():
    made = bundles()
    for name, text in made.items():
        path = CONTRACT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            fault(name, "is not what the schemas say: deploy/contract-check --bundle")
    for path in sorted((CONTRACT / "bundled").rglob("*.json")):
        if path.relative_to(CONTRACT) not in made:
            fault(path.name, "no schema has that name: deploy/contract-check --bundle")
    cases = list(examples())
    for name, schema, value in cases:
        check_value(name, load(CONTRACT / schema), value)
    with tempfile.TemporaryDirectory() as folder:
        check_models(Path(folder), cases)
    return len(made), len(cases)


def examples():
    """Every example: its name, the bundled schema that is made for it, and what that one describes."""
    for folder in ("commands", "control"):
        for path in files(f"examples/{folder}"):
            value = load(path)
            yield path.name, f"bundled/{folder}/{value['type']}.json", value
    for path in files("examples/events"):
        event = load(path)
        kind = event["dataschema"].split(":")[-2]
        yield path.name, f"bundled/events/{kind}.json", event["data"]
        yield path.name, "bundled/events/cloud-event.json", event
        # What is added to events later on gets lost in no reader.
        grown = copy.deepcopy(event["data"])
        grown["addedLater"] = {"inside": [1, "two"]}
        yield path.name, f"bundled/events/{kind}.json", grown


def check_value(name, schema, value):
    for error in jsonschema.Draft202012Validator(schema).iter_errors(value):
        fault(name, f"jsonschema: {deepest(error)}")
    for error in jsonschema_rs.validator_for(schema).iter_errors(value):
        fault(name, f"jsonschema-rs: {error.message[:200]}")


def check_models(folder, cases):
    """What a generated model reads it writes again, with every member."""
    models = {schema: model(folder, schema) for schema in sorted({schema for _, schema, _ in cases})}
    for name, schema, value in cases:
        if models[schema] is None:
            continue
        try:
            read = models[schema].model_validate(value)
        except ValueError as error:
            fault(name, f"generated model of {schema}: {str(error)[:200]}")
            continue
        # As text: for Python 1, 1.0 and true are equal.
        written = json.dumps(read.model_dump(mode="json", by_alias=True, exclude_unset=True), sort_keys=True)
        if written != json.dumps(value, sort_keys=True):
            fault(name, f"the generated model of {schema} loses something")


def model(folder, schema):
    """The class that a generator makes of a bundled schema."""
    title = load(CONTRACT / schema)["title"]
    module = schema.removesuffix(".json").replace("/", "_").replace("-", "_")
    made = subprocess.run(
        [Path(sys.executable).parent / "datamodel-codegen", "--input", CONTRACT / schema, *GENERATOR]
        + ["--class-name", "Root", "--output", folder / f"{module}.py"],
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        fault(schema, f"no models can be generated of {title}: {made.stderr[-200:]}")
        return None
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(module).Root
    finally:
        sys.path.remove(str(folder))
