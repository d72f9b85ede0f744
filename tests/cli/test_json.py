"""What commands print with --json is JSON, and says what the results file says. usage: test_json.py EPILUX"""
import json
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

DECK = """
study: {name: j, seed: 1}
network: {family: kerr, topology: {nodes: 3}}
task: {name: xor}
learning: {epochs: 0}
population: {instances: 5}
metrics: [loss]
design: {factors: {network.parameters.loss: {values: [1, 2]}}}
"""


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        deck, results = os.path.join(folder, 'a "deck".yaml'), os.path.join(folder, 'a "file".h5')
        with open(deck, "w", encoding="utf-8") as file:
            file.write(DECK)
        for shard, status, state in ((["--shard", "1/2"], 0, "complete"), ([], 75, "stopped")):
            subprocess.run([program, "run", deck, "-o", results, "--quiet", "--force", *shard,
                            *([] if shard else ["--max-time", "0.01s"])], check=False, capture_output=True)
            done = subprocess.run([program, "status", "--json", results], capture_output=True, text=True, check=False)
            said = json.loads(done.stdout)
            with h5py.File(results) as file:
                states = file["trials/state"][()]
            assert done.returncode == status and said["state"] == state, (done, said)
            assert said["file"] == results and sum(said["states"].values()) == said["trials"], said
            assert said["finished"] == np.count_nonzero(states), said
            assert said["states"]["done"] == np.count_nonzero(states == 1), said
            assert said["states"]["pending"] == said["trials"] - said["finished"], said
    print("status --json says what the file says")


if __name__ == "__main__":
    main()
