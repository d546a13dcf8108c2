"""Reads a Compose file as the specification has it: `compose.py FILE`. The reader of the specification
does not know YAML's merge keys, so they are resolved first, as Compose does. Exit code 1: refused."""
import sys

import compose_spec
import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    whole = yaml.safe_load(file)
try:
    services = compose_spec.PyCompose.from_yaml(yaml.safe_dump(whole)).service_names()
except ValueError as error:
    sys.exit(f"{sys.argv[1]}: {error}")
print(" ".join(sorted(services)))
