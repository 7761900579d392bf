# SPDX-License-Identifier: Apache-2.0
"""Checks the contract's files, and what was published against them.

    check.py             the documents, the schemas, every example
    check.py --seen DIR  what the tests saw: DIR/events*.jsonl, DIR/ports*.jsonl

AsyncAPI has no official validator for Python. Two packages read the document, each with a model of 3.0 of its own:
asyncapi3 (every object and member, closed) and asyncapi-python (references, operations, addresses and parameters). The
AMQP bindings are checked against amqp-binding-0.3.0.json beside this file.
"""

import argparse
import collections
import copy
import json
import os
import re
import sys
import warnings
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

HERE = Path(__file__).resolve().parent
CONTRACT = HERE.parent.parent / "docs" / "contract"
BASE = "https://contract.invalid/"
SCHEMA_URN = re.compile(r"urn:getnet-bridge:schema:([a-z-]+):1")
# More of them would only repeat the first ones.
SHOWN_FAULTS = 20

faults: list[str] = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def files(folder):
    return sorted((CONTRACT / folder).rglob("*.json"))


# Schemas


def closed(schema):
    """The schema with every object of events closed and every open list of words as it is today.

    Branches of a composition are left alone: what they do not name is named beside them.
    """
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if set(schema) == {"anyOf"} and schema["anyOf"][-1] == {"type": "string"}:
        return schema["anyOf"][0]
    changed = {
        name: {key: closed(part) for key, part in value.items()} if name in ("properties", "$defs") else closed(value)
        for name, value in schema.items()
        if name not in ("allOf", "if", "then", "else", "not")
    }
    for name in ("allOf", "if", "then", "else", "not"):
        if name in schema:
            changed[name] = copy.deepcopy(schema[name])
    if "properties" in schema and "additionalProperties" not in schema:
        changed["unevaluatedProperties"] = False
    return changed


def registry(change=lambda schema: schema):
    resources = []
    for path in files("schemas"):
        schema = load(path)
        is_open = path.parent.name in ("events", "ports")
        resource = Resource.from_contents(change(schema) if is_open else schema, default_specification=DRAFT202012)
        resources.append((BASE + str(path.relative_to(CONTRACT)), resource))
    return Registry().with_resources(resources)


class Schemas:
    """Validators by the name of a schema's file."""

    def __init__(self, change=lambda schema: schema):
        self.registry = registry(change)
        self.validators = {}

    def faults(self, name, value):
        if name not in self.validators:
            self.validators[name] = Draft202012Validator(
                {"$ref": BASE + name}, registry=self.registry, format_checker=FormatChecker()
            )
        return [deepest(error) for error in self.validators[name].iter_errors(value)]


def deepest(error):
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    path = "/".join(str(part) for part in error.absolute_path)
    return f"at {path or 'the top'}: {error.message[:200]}"


def check_schemas():
    paths = files("schemas")
    for path in paths:
        schema = load(path)
        for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
            fault(path.name, f"no schema of 2020-12: {error.message}")
        check_references(path, schema)
    return len(paths)


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


# Examples


def schema_of_command(body):
    """The file of a command's or a control message's schema; none for a type that there is not."""
    kind = body.get("type")
    for folder in ("commands", "control"):
        if isinstance(kind, str) and (CONTRACT / "schemas" / folder / f"{kind}.json").exists():
            return f"schemas/{folder}/{kind}.json"
    return None


def check_examples():
    strict, as_published = Schemas(closed), Schemas()
    for folder in ("commands", "control"):
        for path in files(f"examples/{folder}"):
            body = load(path)
            for error in as_published.faults(schema_of_command(body) or "", body):
                fault(path.name, error)
    for path in files("examples/events"):
        event = load(path)
        for schemas in (as_published, strict):
            for error in event_faults(schemas, event):
                fault(path.name, error)
        check_openness(path, event, as_published, strict)
    for path in files("examples/rejections"):
        check_rejection(path, load(path), as_published)
    documented = {load(path)["faults"][0]["code"] for path in files("examples/rejections")}
    folders = ("commands", "control", "events", "rejections")
    return {folder: len(files(f"examples/{folder}")) for folder in folders}, documented


def check_openness(path, event, as_published, strict):
    """Members may come; none comes or is renamed unnoticed by the tests."""
    for place in objects(event):
        if place[:2] == ["data", "metadata"]:
            continue
        grown = copy.deepcopy(event)
        reach(grown, place)["addedLater"] = True
        if event_faults(as_published, grown):
            fault(path.name, f"{place}: the published schema refuses a member that is added later")
        if not event_faults(strict, grown):
            fault(path.name, f"{place}: the closed schema takes a member that nobody knows")
        for name in reach(event, place):
            renamed = copy.deepcopy(event)
            there = reach(renamed, place)
            there[f"{name}Renamed"] = there.pop(name)
            if not event_faults(strict, renamed):
                fault(path.name, f"{place}: the closed schema takes {name} under another name")


def objects(value, place=()):
    """Where there are objects in a value."""
    if isinstance(value, dict):
        yield list(place)
        for name, part in value.items():
            yield from objects(part, (*place, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from objects(part, (*place, index))


def reach(value, place):
    for step in place:
        value = value[step]
    return value


def check_rejection(path, example, schemas):
    if example["schema"] == "none":
        return
    body = example["body"]
    errors = schemas.faults(schema_of_command(body) or "", body)
    if example["schema"] == "refuses" and not errors:
        fault(path.name, "the schema takes a command that the bridge refuses")
    if example["schema"] == "accepts" and errors:
        fault(path.name, f"the schema was expected to take it: {errors[0]}")


def event_faults(schemas, event):
    name = SCHEMA_URN.fullmatch(str(event.get("dataschema")))
    if not name or not (CONTRACT / "schemas" / "events" / f"{name[1]}.json").exists():
        return [f"the data schema {event.get('dataschema')} is not documented"]
    found = schemas.faults(f"schemas/events/cloud-event.json#/$defs/{name[1]}", event)
    return found or kind_faults(event)


def kind_faults(event):
    """What binds the type of an event to its data."""
    words = event["type"].split(".")
    if len(words) < 3 or words[-1] != "v1":
        return [f"the type {event['type']}"]
    kind, data = words[-2], event["data"]
    if "transactionId" not in data:
        return []
    found = []
    if ("contradiction" in data) != (kind == "contradicted"):
        found.append("a contradiction goes with contradicted, and with nothing else")
    if ("amendments" in data) != (kind == "amended"):
        found.append("amendments go with amended, and with nothing else")
    if kind not in ("contradicted", "amended") and kind != data.get("status"):
        found.append("the type's last word is not the status")
    if words[-3] != data.get("type"):
        found.append("the type's word is not the command's type")
    if event.get("subject") != data["transactionId"] or event.get("causationid") != data.get("commandId"):
        found.append("subject and causationid name transaction and command")
    return found


# Documents


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


# What the tests saw


def lines(folder, name):
    for path in sorted(folder.glob(f"{name}*.jsonl")):
        with path.open(encoding="utf-8") as text:
            for number, line in enumerate(text, 1):
                yield f"{path.name}:{number}", json.loads(line)


def check_seen(folder):
    strict = Schemas(closed)
    events, ports = collections.Counter(), collections.Counter()
    verdicts = {}
    for where, event in lines(folder, "events"):
        events[".".join(event.get("type", "?").split(".")[-3:-1])] += 1
        # A load repeats the same data with other names; each event is checked, repeated deliveries are not.
        key = json.dumps(event, sort_keys=True)
        if key not in verdicts:
            verdicts[key] = event_faults(strict, event)
            for error in verdicts[key]:
                fault(where, f"{event.get('type')}: {error}")
    for where, answer in lines(folder, "ports"):
        name = schema_of_answer(answer)
        if name is None:
            continue
        ports[name] += 1
        for error in strict.faults(f"schemas/ports/{name}.json", answer["body"]):
            fault(where, f"{answer['path']}: {error}")
    for title, counter in (("events", events), ("answers of ports", ports)):
        print(f"contract: {title} seen: {sum(counter.values())}")
        for name, count in sorted(counter.items()):
            print(f"contract:   {count:7} {name}")
    if not events:
        fault(str(folder), "no event was seen")
    documented = {path.stem for path in files("examples/events")}
    if unseen := sorted(documented - set(events)):
        print(f"contract: documented and not seen: {', '.join(unseen)}")


def schema_of_answer(answer):
    path, status = answer["path"].split("?")[0], answer["status"]
    if path == "/version":
        return "version"
    if not path.startswith("/v1/"):
        return None
    if status >= 400:
        return "problem"
    if path == "/v1/store/release":
        return "release"
    return "transaction-page" if path == "/v1/transactions" else "transaction-story"


def main():
    parser = argparse.ArgumentParser(description="Checks the contract's files.")
    parser.add_argument("--seen", type=Path, help="a folder with what the tests saw")
    arguments = parser.parse_args()
    if arguments.seen:
        check_seen(arguments.seen)
    else:
        print(f"contract: {check_schemas()} schemas")
        counts, documented = check_examples()
        print("contract: examples: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
        print(f"contract: fault codes with a rejection as example: {len(documented)}")
        print("contract: asyncapi.yaml: %d channels, %d operations, %d messages" % check_asyncapi())
        print(f"contract: openapi.yaml: {check_openapi()} paths")
    for text in faults[:SHOWN_FAULTS]:
        print(f"contract: {text}", file=sys.stderr)
    if len(faults) > SHOWN_FAULTS:
        print(f"contract: and {len(faults) - SHOWN_FAULTS} more", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
