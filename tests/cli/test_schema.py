"""Every shipped deck is valid by the JSON Schema that the program writes, by an independent validator, and decks with a mistake
are not. usage: test_schema.py EPILUX SOURCE_DIR"""
import copy
import glob
import json
import os
import re
import subprocess
import sys

import yaml

try:
    import jsonschema
except ImportError:
    print("skipped: no Python with jsonschema was found (Debian: python3-jsonschema)")
    sys.exit(77)



class Loader(yaml.SafeLoader):
    """YAML 1.2, as Epilux and editors read it: on and off are words."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in rows if tag != "tag:yaml.org,2002:bool"]
    for letter, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))

# What a slip of the finger does.
MISTAKES = {
    "an unknown section": lambda d: d.update(learnin={}),
    "an unknown key": lambda d: d["learning"].update(epoch=3),
    "an unknown word": lambda d: d["learning"].update(estimator="plane"),
    "a text for a number": lambda d: d["learning"].update(epochs="many"),
    "a list for a number": lambda d: d["learning"].update(epochs=[1, 2]),
    "a number that is no integer": lambda d: d["population"].update(instances=2.5),
    "a number out of range": lambda d: d["population"].update(instances=0),
    "a number for a section": lambda d: d.update(learning=3),
    "another family's parameter": lambda d: d["network"]["parameters"].update(stiffness=1),
    "an unknown metric": lambda d: d.update(metrics=["acuracy"]),
    "no family": lambda d: d["network"].pop("family"),
    "no network": lambda d: d.pop("network"),
    "an unknown key of a row": lambda d: d["variation"][0].update(sigmas=1),
    "an unknown key of a factor": lambda d: d["design"]["factors"]["network.parameters.loss"].update(value=[1]),
}


def main():
    program, source = sys.argv[1:3]
    schema = json.loads(subprocess.run([program, "list", "deck", "--schema"], check=True, capture_output=True, text=True).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    found = glob.glob(os.path.join(source, "inputs", "**", "*.yaml"), recursive=True)
    decks = sorted(path for path in found if os.path.basename(os.path.dirname(path)) != "netlists")
    bad = 0
    for path in decks:
        with open(path, encoding="utf-8") as file:
            deck = yaml.load(file, Loader)
        for error in validator.iter_errors(deck):
            bad += 1
            where = ".".join(map(str, error.absolute_path))
            print(f"{os.path.relpath(path, source)}: {where}: {error.message[:200]} {[e.message[:90] for e in error.context][-3:]}")
    with open(os.path.join(source, "inputs", "quickstart.yaml"), encoding="utf-8") as file:
        right = yaml.load(file, Loader)
    for name, change in MISTAKES.items():
        wrong = copy.deepcopy(right)
        change(wrong)
        if validator.is_valid(wrong):
            bad += 1
            print(f"{name} is taken for valid")
    print(f"{len(decks)} decks, {len(MISTAKES)} mistakes: {bad} wrong")
    return bad > 0 or len(decks) < 40


if __name__ == "__main__":
    sys.exit(main())
