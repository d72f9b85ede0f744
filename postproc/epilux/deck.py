"""Decks as Python dictionaries: {"study": {"name": "a", "seed": 1}, "network": {…}, …}.

The program reads them as YAML. Each line of the text is remembered with the key that it came from, so that a line of
the program's messages becomes the key's place in the dictionary, "network.parameters.loss" or "variation[0].sigma".
"""
import json
import math
import numbers
import os
import re

from epilux.errors import DeckError, need


def write(deck):
    """(text, places): the dictionary as YAML; {line: the key's path, with dots} for each line of it."""
    lines, places = [], {}
    if not isinstance(deck, dict):
        raise DeckError(f"a deck is a dictionary or the path of a file, not {type(deck).__name__}")
    _add_mapping(deck, "", 0, lines, places)
    return "\n".join(lines) + "\n", places


def read(text):
    """The dictionary that a deck's text holds, such as the attribute `deck` of results."""
    return need("yaml").safe_load(text)


def merge(deck, changes):
    """A copy of the dictionary in which the scalars of `changes`, {"learning.epochs": 50}, are set."""
    copy = {key: merge(value, {}) if isinstance(value, dict) else value for key, value in deck.items()}
    for path, value in changes.items():
        node, words = copy, path.split(".")
        for word in words[:-1]:
            node = node.setdefault(word, {})
            if not isinstance(node, dict):
                raise DeckError(f"{path}: {word} is no section of the deck", path)
        node[words[-1]] = value
    return copy


def _plain(value, path):
    """Lists and numbers in place of arrays, NumPy's scalars, tuples and ranges; paths as text."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, (tuple, range)):
        value = list(value)
    if isinstance(value, numbers.Integral) or value is None or isinstance(value, (str, list, dict)):
        return value
    if isinstance(value, numbers.Real):
        if not math.isfinite(value):
            raise DeckError(f"{path}: {value} is no finite number", path)
        return float(value)
    raise DeckError(f"{path}: {type(value).__name__} cannot stand in a deck; numbers, texts, lists and dictionaries can", path)


def format_value(value, path):
    """The value in one line of YAML; `path`, its place, is for messages."""
    value = _plain(value, path)
    if isinstance(value, list):
        return "[" + ", ".join(format_value(v, f"{path}[{i}]") for i, v in enumerate(value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k, path)}: {format_value(v, f'{path}.{k}')}" for k, v in value.items()) + "}"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value) if isinstance(value, str) else str(int(value))


def _key(key, path):
    if not isinstance(key, str):
        raise DeckError(f"{path or 'the deck'}: the key {key!r} is no text", path)
    return key if re.fullmatch(r"[A-Za-z_][\w.-]*", key) else json.dumps(key)


def _has_sections(value):
    return isinstance(value, list) and any(isinstance(v, dict) for v in value)


def _add_mapping(mapping, path, depth, lines, places):
    for key, value in mapping.items():
        own = f"{path}.{key}" if path else str(key)
        value = _plain(value, own)
        head = "  " * depth + _key(key, path) + ":"
        if isinstance(value, dict) and value:
            _add(head, own, lines, places)
            _add_mapping(value, own, depth + 1, lines, places)
        elif _has_sections(value):
            _add(head, own, lines, places)
            for i, row in enumerate(value):
                _add_row(row, f"{own}[{i}]", depth + 1, lines, places)
        else:
            _add(f"{head} {format_value(value, own)}", own, lines, places)


def _add_row(row, path, depth, lines, places):
    """An element of a list: its first key on the line of the dash."""
    if not isinstance(row, dict) or not row:
        _add(f"{'  ' * depth}- {format_value(row, path)}", path, lines, places)
        return
    first = len(lines)
    _add_mapping(row, path, depth + 1, lines, places)
    lines[first] = "  " * depth + "- " + lines[first].lstrip()


def _add(line, path, lines, places):
    lines.append(line)
    places[len(lines)] = path
