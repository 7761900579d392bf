# SPDX-License-Identifier: Apache-2.0
"""Checks the contract's files, and what was published against them.

    check.py             the documents, the schemas, every example
    check.py --bundle    write docs/contract/bundled anew
    check.py --seen DIR  what the tests saw: DIR/events*.jsonl, DIR/ports*.jsonl
"""

import argparse
import collections
import copy
import json
import re
import sys
from pathlib import Path

from bundle import write_bundles
from bundle_check import check_bundles
from contract import CONTRACT, check_references, deepest, fault, faults, files, load, reach
from documents import check_asyncapi, check_openapi
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

BASE = "https://contract.invalid/"
SCHEMA_URN = re.compile(r"urn:getnet-bridge:schema:([a-z-]+):1")
# More of them would only repeat the first ones.
SHOWN_FAULTS = 20

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
    if "properties" in schema and schema.get("additionalProperties", True) is True:
        changed.pop("additionalProperties", None)
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


def check_schemas():
    paths = files("schemas")
    for path in paths:
        schema = load(path)
        for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
            fault(path.name, f"no schema of 2020-12: {error.message}")
        check_references(path, schema)
    return len(paths)


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
    parser.add_argument("--bundle", action="store_true", help="write the schemas that need no other file")
    parser.add_argument("--seen", type=Path, help="a folder with what the tests saw")
    arguments = parser.parse_args()
    if arguments.seen:
        check_seen(arguments.seen)
    elif arguments.bundle:
        print(f"contract: {write_bundles()} bundled schemas written")
    else:
        print(f"contract: {check_schemas()} schemas")
        counts, documented = check_examples()
        print("contract: examples: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
        print(f"contract: fault codes with a rejection as example: {len(documented)}")
        print("contract: bundled: %d schemas; %d examples through two validators and generated models" % check_bundles())
        print("contract: asyncapi.yaml: %d channels, %d operations, %d messages" % check_asyncapi())
        print(f"contract: openapi.yaml: {check_openapi()} paths")
    for text in faults[:SHOWN_FAULTS]:
        print(f"contract: {text}", file=sys.stderr)
    if len(faults) > SHOWN_FAULTS:
        print(f"contract: and {len(faults) - SHOWN_FAULTS} more", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
