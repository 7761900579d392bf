# SPDX-License-Identifier: Apache-2.0
"""Checks the documents for machines.

AsyncAPI has no official validator for Python. Two packages read the document, each with a model of 3.0 of its own:
asyncapi3 (every object and member, closed) and asyncapi-python (references, operations, addresses and parameters). The
AMQP bindings are checked against amqp-binding-0.3.0.json beside this file.
"""

import warnings

import yaml
from contract import CONTRACT, HERE, check_references, deepest, fault, files, load, reach
from jsonschema import Draft202012Validator


def check_asyncapi():
    path = CONTRACT / "asyncapi.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from asyncapi3.models.asyncapi import AsyncAPI3
    from asyncapi_python_codegen.parser import extract_all_operations
    from asyncapi_python_codegen.validation import Severity, validate_spec

    try:
        AsyncAPI3.model_validate(document)
    except ValueError as error:
        fault(path.name, f"asyncapi3: {error}")
    try:
        operations = extract_all_operations(path, validate=False)
        for issue in validate_spec(document, operations, path, fail_on_error=False):
            # It does not look behind a $ref; check_locations does.
            if issue.severity == Severity.ERROR and "not found in all message schemas" not in issue.message:
                fault(path.name, f"asyncapi-python: {issue.message} ({issue.path})")
    except (RuntimeError, ValueError) as error:
        fault(path.name, f"asyncapi-python: {error}")
    check_locations(path, document)
    check_references(path, document)
    check_bindings(path, document)
    text = path.read_text(encoding="utf-8")
    for folder in ("commands", "control", "events"):
        for example in files(f"examples/{folder}"):
            if f"$ref: examples/{folder}/{example.name}\n" not in text:
                fault(path.name, f"{folder}/{example.name} is not among the examples")
    for schema in files("schemas/commands") + files("schemas/control"):
        if schema.name != "parts.json" and f"{schema.parent.name}/{schema.name}" not in text:
            fault(path.name, f"{schema.name} is no message's payload")
    return len(document["channels"]), len(document["operations"]), len(document["components"]["messages"])


def check_locations(path, document):
    """What a parameter of an address is taken from stands in an example of its channel."""
    for name, channel in document["channels"].items():
        messages = [document["components"]["messages"][key] for key in channel.get("messages", {})]
        examples = [
            load(CONTRACT / example["payload"]["$ref"]) for message in messages for example in message["examples"]
        ]
        for parameter, definition in channel.get("parameters", {}).items():
            steps = definition["location"].removeprefix("$message.payload#/").split("/")
            if not any(has(example, steps) for example in examples):
                fault(path.name, f"channel {name}: no example has what {parameter} is taken from")


def has(value, steps):
    try:
        reach(value, steps)
    except (KeyError, TypeError):
        return False
    return True


def check_bindings(path, document):
    schema = load(HERE / "amqp-binding-0.3.0.json")
    places = [
        ("channel", document["channels"]),
        ("operation", document["operations"]),
        ("message", document["components"]["messages"]),
    ]
    for kind, things in places:
        validator = Draft202012Validator({**schema, "$ref": f"#/$defs/{kind}"})
        for name, thing in things.items():
            if "bindings" not in thing:
                continue
            if set(thing["bindings"]) != {"amqp"}:
                fault(path.name, f"{kind} {name}: bindings of another protocol")
            for error in validator.iter_errors(thing["bindings"].get("amqp")):
                fault(path.name, f"{kind} {name}: AMQP binding: {error.message}")


def check_openapi():
    from openapi_spec_validator import OpenAPIV31SpecValidator
    from openapi_spec_validator.readers import read_from_filename

    path = CONTRACT / "openapi.yaml"
    document, base = read_from_filename(str(path))
    for error in OpenAPIV31SpecValidator(document, base_uri=base).iter_errors():
        fault(path.name, deepest(error))
    check_references(path, document)
    return len(document["paths"])
