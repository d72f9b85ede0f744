"""Asks a running Epilux for points: what the drivers take from the package epilux, which is found in this tree or installed.

    with Server("study.yaml") as server:
        answer = server.ask({"loss": 0.5, "scale": 1.0})
        mean = answer.mean("loss")
"""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "postproc"))
from epilux.asktell import Answer, Server, to_range  # noqa: E402

__all__ = ["Answer", "Server", "to_range"]
