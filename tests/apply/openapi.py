"""As much of OpenAPI as judging request bodies and answering by a description takes.

A description may be incomplete: a reference that leads nowhere is any value, an object without properties any object. Where properties are
listed, others are errors.
"""
import copy
import datetime
import re

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METHODS = ("get", "post", "put", "patch", "delete")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class NoDates(Loader):
    """Examples with dates stay text."""


NoDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag != "tag:yaml.org,2002:timestamp"]
    for first, rows in Loader.yaml_implicit_resolvers.items()
}


def is_type(value, kind):
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, {"string": str, "boolean": bool, "object": dict, "array": list}[kind])


def is_time(text):
    try:
        return "T" in text and datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None
    except ValueError:
        return False


FORMATS = {"uuid": UUID.fullmatch, "email": EMAIL.fullmatch, "date-time": is_time}


class Description:
    def __init__(self, path, over=None):
        with open(path, encoding="utf-8") as file:
            self.root = yaml.load(file, Loader=NoDates)
        if over:
            with open(over, encoding="utf-8") as file:
                merge(self.root, yaml.load(file, Loader=NoDates))
        self.routes = []
        for path, item in self.root["paths"].items():
            # "/users/{id}" and the like; a plain path goes before a pattern
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(path)))
            self.routes.append((path.count("{"), path, pattern, item))
        self.routes.sort(key=lambda route: route[0])

    def find(self, method, path):
        """(template, parameters of the path, operation); without an operation the method, without a template the path is not there."""
        known = (None, (), None)
        for _, template, pattern, item in self.routes:
            match = pattern.fullmatch(path)
            if match and method.lower() in item:
                return template, match.groups(), item[method.lower()]
            if match and known[0] is None:
                known = (template, match.groups(), None)
        return known

    def at(self, node):
        """What a reference stands for; None when it leads nowhere."""
        while isinstance(node, dict) and "$ref" in node:
            target = self.root
            for part in node["$ref"].lstrip("#/").split("/"):
                target = target.get(part) if isinstance(target, dict) else None
            node = target
        return node

    def body_schema(self, operation):
        content = (self.at(operation.get("requestBody")) or {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    def answer(self, operation):
        """(status, schema) of a success."""
        for status, response in sorted(operation.get("responses", {}).items()):
            if str(status).startswith("2"):
                content = (self.at(response) or {}).get("content", {})
                return int(status), content.get("application/json", {}).get("schema")
        return 200, None

    def parameters(self, template, operation):
        listed = [self.at(p) for p in operation.get("parameters", []) + self.root["paths"][template].get("parameters", [])]
        return {p["name"]: p.get("schema", {}) for p in listed if p and p.get("in") == "query"}

    # -- judging

    def problems(self, schema, value, place="body"):
        schema = self.at(schema)
        if not schema:
            return []
        if value is None:
            return [] if schema.get("nullable") or self.root.get("x-null-is-absent") else [f"{place}: null"]
        for word in ("oneOf", "anyOf"):
            if word in schema:
                each = [self.problems(self.joined(schema, s), value, place) for s in schema[word]]
                return [] if any(not found for found in each) else min(each, key=len)
        schema = self.joined(schema)
        found = []
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if kind and not is_type(value, kind):
            return [f"{place}: {value!r} is not of type {kind}"]
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{place}: {value!r} is none of {schema['enum']}")
        if isinstance(value, str):
            holds = FORMATS.get(str(schema.get("format")).lower())
            if holds and not holds(value):
                found.append(f"{place}: {value!r} is no {schema['format']}")
            if "pattern" in schema and not re.search(schema["pattern"], value):
                found.append(f"{place}: {value!r} is not like {schema['pattern']}")
            if len(value) > schema.get("maxLength", len(value)) or len(value) < schema.get("minLength", 0):
                found.append(f"{place}: {len(value)} characters")
        if is_type(value, "number"):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value):
                found.append(f"{place}: {value} is out of range")
        if isinstance(value, list):
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                found.append(f"{place}: {len(value)} elements")
            for number, element in enumerate(value):
                found += self.problems(schema.get("items"), element, f"{place}[{number}]")
        if isinstance(value, dict):
            known = schema.get("properties", {})
            more = schema.get("additionalProperties", not known)
            found += [f"{place}: {name} is missing" for name in schema.get("required", []) if name not in value]
            for name, member in value.items():
                if name in known:
                    found += self.problems(known[name], member, f"{place}.{name}")
                elif not more:
                    found.append(f"{place}: {name} is unknown")
                elif isinstance(more, dict):
                    found += self.problems(more, member, f"{place}.{name}")
        return found

    def joined(self, schema, also=None):
        """One schema of a schema, all that it is made of, and one alternative."""
        parts = [schema] + [also] * (also is not None) + schema.get("allOf", [])
        if len(parts) == 1:
            return schema
        whole = {}
        for part in parts:
            part = self.at(part) or {}
            if part is not schema:
                part = self.joined(part)
            part = {k: v for k, v in part.items() if k not in ("allOf", "oneOf", "anyOf") or (part is not schema and k != "allOf")}
            properties = {**whole.get("properties", {}), **part.get("properties", {})}
            required = whole.get("required", []) + part.get("required", [])
            whole = {**whole, **part}
            if properties:
                whole["properties"] = properties
            if required:
                whole["required"] = required
        return whole

    # -- answering

    def made_up(self, schema, known, name="", depth=0):
        """An answer of that form: what is known under its name, and something of the right type for the rest."""
        schema = self.at(schema)
        if not schema:
            return known.get(name, known) if depth else known
        if name in known and not self.problems(schema, known[name]):
            return known[name]
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return self.made_up(self.joined(schema, schema[word][0]), known, name, depth)
        schema = self.joined(schema)
        kind = schema.get("type") or ("object" if "properties" in schema else "string")
        if kind == "object":
            if not schema.get("properties"):
                return {}
            if depth > 3:
                return {}
            return {n: self.made_up(s, known, n, depth + 1) for n, s in schema["properties"].items()}
        if kind == "array":
            return []
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "string":
            held = {"uuid": "00000000-0000-4000-8000-000000000000", "date-time": "2026-01-01T00:00:00Z", "email": "a@example.com"}
            return held.get(str(schema.get("format")).lower(), "text")
        return {"integer": 0, "number": 0, "boolean": True}[kind]


def merge(base, over):
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict) and "$replace" not in value:
            merge(base[key], value)
        else:
            base[key] = {k: v for k, v in copy.deepcopy(value).items() if k != "$replace"} if isinstance(value, dict) else value
