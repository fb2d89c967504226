"""A plan of Terraform, read so that promises can be asked of it."""

import json
import pathlib

TYPES_WITH_WORLD = ("0.0.0.0/0", "::/0")


class Resource:
    """What a plan says of one object: its address, what will be done to it, and its values thereafter."""

    def __init__(self, change, plan):
        self.plan = plan
        self.address, self.type = change["address"], change["type"]
        self.module = change.get("module_address", "")
        self.actions = change["change"]["actions"]
        self.values = change["change"]["after"] or {}
        self.before = change["change"]["before"] or {}
        self.unknown = change["change"].get("after_unknown") or {}

    def __getitem__(self, name):
        return self.values.get(name)

    def is_unknown(self, name):
        """Whether only AWS, or another object, will tell this value."""
        return self.unknown.get(name) is True

    def given(self, name):
        """Whether there will be a value: one that is known, or one that is not known yet."""
        return self.values.get(name) not in (None, "", [], {}) or bool(self.unknown.get(name))

    def block(self, name):
        """The one block of this name, or nothing."""
        found = self.values.get(name)
        return (found[0] if found else {}) if isinstance(found, list) else found or {}

    def blocks(self, name):
        return self.values.get(name) or []

    @property
    def tags(self):
        return {**(self.values.get("tags") or {}), **(self.values.get("tags_all") or {})}

    @property
    def gone(self):
        return self.actions == ["delete"]

    def siblings(self, kind):
        """Objects of a type made by the same call of a module."""
        return [one for one in self.plan.of(kind) if one.module == self.module]

    def owner(self, attribute, kind):
        """The objects of `kind` that an attribute names: by id where it is known, else those of the same module."""
        named = self.values.get(attribute)
        if named:
            return [one for one in self.plan.of(kind) if named in (one["id"], one["arn"], one["name"], one["bucket"])]
        return self.siblings(kind)


class Plan:
    def __init__(self, document, name="plan"):
        if not str(document.get("format_version", "")).startswith("1."):
            raise ValueError(f"{name}: not a plan as `terraform show -json` writes it (format_version 1.x)")
        self.name = name
        self.variables = {key: one.get("value") for key, one in document.get("variables", {}).items()}
        self.resources = [Resource(one, self) for one in document.get("resource_changes", []) if one["mode"] == "managed"]
        self.kinds_of_tables = dict(self._published_tables(document))

    @property
    def stack(self):
        return next((one.tags["quarterdeck:stack"] for one in self.resources if one.tags.get("quarterdeck:stack")), None)

    @property
    def is_copy(self):
        return bool(self.variables.get("copy"))

    def of(self, *kinds):
        """Objects of these types that will be there after the plan."""
        return [one for one in self.resources if one.type in kinds and not one.gone]

    def without(self, kind, companions, attribute):
        """Objects of `kind` that no companion names by `attribute`. Where ids are not known yet, a module needs as many
        companions as it makes objects."""
        bare = []
        for module in {one.module for one in self.of(kind)}:
            mine = [one for one in self.of(kind) if one.module == module]
            known = [one for one in companions if one[attribute]]
            unnamed = [one for one in mine if not any(one in companion.owner(attribute, kind) for companion in known)]
            unsaid = [one for one in companions if not one[attribute] and one.module == module]
            bare += unnamed if len(unsaid) < len(unnamed) else []
        return bare

    @staticmethod
    def _published_tables(document):
        """Route table id → VPC, of the parameters of other stacks that this plan read."""
        for one in document.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", []):
            if one["type"] != "aws_ssm_parameter" or one["mode"] != "data":
                continue
            try:
                told = json.loads(one["values"].get("insecure_value") or "")
            except ValueError:
                continue
            if isinstance(told, dict):
                for vpc, tiers in (told.get("route_tables") or {}).items():
                    for tables in tiers.values():
                        yield from ((table, vpc) for table in tables)

    def vpc_of_table(self, route):
        """Which VPC (security, lb, app) a route's table is of; None where nobody can say."""
        named = route["route_table_id"]
        if named in self.kinds_of_tables:
            return self.kinds_of_tables[named]
        kinds = {one.tags.get("quarterdeck:vpc") for one in route.owner("route_table_id", "aws_route_table")}
        return kinds.pop() if len(kinds) == 1 else None


def load(places):
    """Every plan under these files and directories."""
    files = []
    for place in map(pathlib.Path, places):
        within = (path for path in place.rglob("*.json") if not any(part.startswith(".") for part in path.relative_to(place).parts))
        files += sorted(within) if place.is_dir() else [place]
    plans = []
    for path in files:
        plans.append(Plan(json.loads(path.read_text()), "/".join(path.parts[-3:])))
    return plans
