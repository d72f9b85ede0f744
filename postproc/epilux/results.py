"""The one module that knows the names inside a results file.

    with Results("quickstart.h5") as results:
        results.factors, results.metrics, results.statistic("accuracy", "mean"), results.yields() ...

Arrays keep the file's order: [point], [point, instance] or [point, instance, epoch]. A number that the file's
/statistics holds is read from there, never computed again from the trials. What a file lacks is None, or an
empty list; what a file cannot be read for is a ResultsError with one line that says so.
"""
import os
import re
from dataclasses import dataclass

# A reader takes no lock: the file is only replaced as a whole, and locks fail on some parallel file systems.
os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")
from epilux.errors import ResultsError, need  # noqa: E402

need("h5py")
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from epilux.units import scale_units  # noqa: E402

try:
    import yaml
except ImportError:  # the deck's text is then shown, but not read
    yaml = None

FORMAT, FORMAT_VERSION = "epilux-results", 4
PENDING, DONE = 0, 1
STATE_NAMES = {0: "pending", 1: "done", 2: "did not settle", 3: "oscillates", 4: "diverged", 5: "failed", 6: "lost"}
ESTIMATOR = "learning.estimator"
# Last words of a path that say little without the word before them.
VAGUE = {"sigma", "mean", "low", "high", "rate", "name", "kind", "scale", "value", "min", "max", "width"}


# What HDF5 and netCDF keep of axes.
SCALE_ATTRIBUTES = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_FillValue",
                    "coordinates"}
MOST_PACKING = 1100  # deflate makes at most 1032 bytes of one
MOST_LEVELS = 8
FIELDS_LINK = re.compile(r"/fields/point_\d+")


def find_foreign(group, path="", level=0):
    """What is wrong with the first thing of a file that leads to another file, or announces more than the file holds;
    None where there is none. A stranger's file could else have any other file read."""
    for name in group:
        link, place = group.get(name, getlink=True), f"{path}/{name}"
        if isinstance(link, h5py.ExternalLink) and FIELDS_LINK.fullmatch(place):
            continue  # fields.py looks at where these lead
        if not isinstance(link, h5py.HardLink) or level == MOST_LEVELS:
            return f"{place} is a link that leads elsewhere, and results have none"
        thing = group[name]
        if isinstance(thing, h5py.Group):
            found = find_foreign(thing, place, level + 1)
            if found:
                return found
        elif isinstance(thing, h5py.Dataset):
            if thing.external or thing.is_virtual:
                return f"{place} is stored in another file, and nothing of another one is read"
            if thing.size and thing.size * thing.dtype.itemsize > (MOST_PACKING if thing.chunks else 1) * thing.id.get_storage_size():
                return f"{place} announces more than the file holds"
    return None


@dataclass
class Variable:
    """A dataset of the file."""
    name: str        # of a trial's metric or a factor its own, else its place in the file with dots: curves.loss
    dims: tuple      # names of its axes: point, instance, epoch …
    values: np.ndarray
    attributes: dict  # units, long_name …
    group: str       # trials, design, statistics …; "" for the values along an axis


@dataclass
class Factor:
    path: str           # in the deck, and the dataset's name under /design
    name: str           # short, unique among the factors and metrics
    long_name: str
    units: str          # "1" when dimensionless; with a prefix that brings the values near 1..1000
    values: np.ndarray  # [point] of float in that unit, or of str
    logarithmic: bool
    follows: str = ""   # path of the factor that it moves along with, when it is none of its own

    @property
    def numeric(self):
        return self.values.dtype.kind == "f"

    @property
    def levels(self):
        """The distinct values: numbers ascending, categories in order of first appearance."""
        return np.unique(self.values).tolist() if self.numeric else list(dict.fromkeys(self.values.tolist()))


@dataclass
class Metric:
    key: str            # the dataset's name under /trials
    name: str           # short, for an axis or a column
    long_name: str
    units: str


@dataclass
class Yields:
    """Of each point: the share of its finished trials that meet the criterion, with its interval."""
    met: np.ndarray       # [point] number of trials that meet it; -1 where the file's share is no such ratio
    finished: np.ndarray  # [point] number of trials that are not pending
    share: np.ndarray     # [point] in 0..1; NaN where nothing is finished
    low: np.ndarray       # NaN where nothing is told: instances of one lot say nothing of others
    high: np.ndarray
    effective: np.ndarray  # how many independent trials would tell as much


def as_text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def attribute_of(dataset, name, default):
    value = dataset.attrs.get(name, default)
    return as_text(value.item() if isinstance(value, np.ndarray) and value.size == 1 else value)


def list_datasets(group):
    """[(name, dataset)] of the data in a group: no groups, no dimension scales."""
    return [(k, d) for k, d in group.items() if isinstance(d, h5py.Dataset) and not h5py.h5ds.is_scale(d.id)]


def is_geometric(values):
    """Whether positive values over a wide range are spaced about as evenly by ratio as by difference."""
    levels = np.unique(values[np.isfinite(values)])
    if levels.size < 3 or levels[0] <= 0 or levels[-1] / levels[0] < 8:
        return False
    steps, ratios = np.diff(levels), np.diff(np.log(levels))
    return np.std(ratios) / np.sum(ratios) < 1.25 * np.std(steps) / np.sum(steps)


def shorten(path, taken=()):
    """The last word of a deck path, with the one before it where it alone is vague or taken."""
    words = [w.replace("_", " ").replace("-", " ") for w in path.split(".") if not w.isdigit()]
    if len(words) > 1 and words[-1] in VAGUE:
        return " ".join(words[-2:])
    return words[-1] if words[-1] not in taken or len(words) == 1 else f"{words[0]} {words[-1]}"


def list_variables(file, left=()):
    """[Variable] of all datasets of an open file, but those of the groups that are `left`."""
    sizes = {}
    return [read_variable(dataset, sizes) for dataset in walk(file, left)]


def walk(group, left=()):
    """The datasets of a file or group, but those of the groups that are `left`. What stands in the root has a place in a
    group, too, unless it is an axis; a file without groups has all in its root."""
    named = {name for part in ("trials", "design") if part in group for name in group[part]} if group.name == "/" else ()
    for name, thing in group.items():
        if isinstance(thing, h5py.Group) and name not in left:
            yield from walk(thing)
        elif isinstance(thing, h5py.Dataset) and (name not in named or h5py.h5ds.is_scale(thing.id)):
            yield thing


def read_variable(dataset, sizes):
    """The Variable of a dataset; `sizes` holds the length of every axis so far, by its name."""
    words = dataset.name.strip("/").split("/")
    group, is_axis = words[0] if len(words) > 1 else "", h5py.h5ds.is_scale(dataset.id)
    name = words[-1] if group in ("trials", "design") else ".".join(words)
    dims = []
    for axis, size in enumerate(dataset.shape):
        scales = dataset.dims[axis]
        dim = name if is_axis else scales[0].name.strip("/").replace("/", ".") if len(scales) else f"{name}.axis_{axis}"
        if sizes.setdefault(dim, size) != size:  # two axes of one name and of different lengths
            dim = f"{name}.{dim}"
            sizes[dim] = size
        dims.append(dim)
    values = dataset[()]
    if dataset.dtype.kind in "OS":
        values = np.array([as_text(v) for v in np.ravel(values)], dtype=object).reshape(dataset.shape)
    attributes = {k: v if isinstance(v, np.ndarray) and v.dtype.kind in "fiu" and v.size > 1 else attribute_of(dataset, k, "")
                  for k, v in dataset.attrs.items() if k not in SCALE_ATTRIBUTES}
    return Variable(name, tuple(dims), values, attributes, "" if is_axis else group)


class Results:
    def __init__(self, path):
        self.path = str(path)
        self._file = self._open()
        try:
            self._read()
        except (OSError, KeyError, RuntimeError, ValueError, IndexError, TypeError) as error:
            self.close()
            reason = str(error).replace("\n", " ")
            raise ResultsError(f"{self.path}: damaged or incomplete results file: {reason}") from error
        except ResultsError:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._file.close()

    def _open(self):
        if not os.path.exists(self.path):
            raise ResultsError(f"{self.path}: no such file")
        if not os.path.isfile(self.path):  # a pipe would be waited for
            raise ResultsError(f"{self.path}: not a readable file")
        try:
            file = h5py.File(self.path, "r")
        except OSError as error:
            if not os.path.isfile(self.path) or not os.access(self.path, os.R_OK):
                reason = "not a readable file"
            elif "truncated" in str(error):
                reason = "truncated HDF5 file: copy it again, or run `epilux run --resume`"
            else:
                reason = "not an HDF5 file; a results file of `epilux run` is needed"
            raise ResultsError(f"{self.path}: {reason}") from error
        kind = as_text(file.attrs.get("format", "missing"))
        if kind != FORMAT:
            file.close()
            raise ResultsError(f"{self.path}: not a results file: attribute `format` is {kind}, not {FORMAT}")
        foreign = find_foreign(file)
        if foreign:
            file.close()
            raise ResultsError(f"{self.path}: {foreign}")
        return file

    def _read(self):
        self.attributes = {k: attribute_of(self._file, k, "") for k in self._file.attrs}
        version = self.attributes.get("format_version", "1").split(".")[0]
        if version.isdigit() and int(version) > FORMAT_VERSION:
            raise ResultsError(f"{self.path}: format version {version}; this reader knows {FORMAT_VERSION}")
        self.deck_text = self.attributes.pop("deck", "")
        self.deck = self._parse_deck()
        if "trials/state" not in self._file:
            raise ResultsError(f"{self.path}: damaged or incomplete results file: no /trials/state")
        self.state = np.asarray(self._file["trials/state"][()]).astype(int)
        if self.state.ndim != 2:
            raise ResultsError(f"{self.path}: /trials/state is {self.state.shape}, not (point, instance)")
        self.n_points, self.n_instances = self.state.shape
        self.state_names = self._read_state_names()
        self.decision = self._read_decision()
        self.metrics = self._read_metrics()
        self.factors = self._read_factors()
        self._trials = {m.key: self._read_metric_values(m.key) for m in self.metrics}
        self._statistics = self._read_group("statistics")
        self._sensitivity = self._read_group("sensitivity")

    def _parse_deck(self):
        try:
            deck = yaml.safe_load(self.deck_text) if yaml else {}
        except yaml.YAMLError:
            deck = {}
        return deck if isinstance(deck, dict) else {}

    def _read_state_names(self):
        """From the attribute `meaning`: a list of names in order, or a text such as "0 pending, 1 done"."""
        meaning = self._file["trials/state"].attrs.get("meaning")
        names = dict(STATE_NAMES)
        if isinstance(meaning, np.ndarray) and meaning.ndim == 1:
            names.update(enumerate(as_text(m).strip() for m in meaning))
        elif meaning is not None:
            found = re.findall(r"(\d+)\s*[:=]?\s*([^,;·|\n\d]+)", as_text(meaning))
            plain = enumerate(re.split(r"[,;·|\n]", as_text(meaning)))
            names.update({int(code): name.strip() for code, name in found or plain})
        return names

    def _read_metrics(self):
        group = self._file["trials"]
        keys = [k for k, d in list_datasets(group) if k != "state" and d.dtype.kind == "f"
                and d.shape == self.state.shape]
        wanted = self.deck.get("metrics")
        wanted = [m for m in wanted if m in keys] if isinstance(wanted, list) else []
        known = [k for k in keys if "statistics" in self._file and k in self._file["statistics"]]
        paths = list(self._file["design"]) if "design" in self._file else []
        metrics = []
        for key in wanted or known or keys:
            long_name = attribute_of(group[key], "long_name", key)
            clash = any(shorten(p) == key for p in paths)
            name = f"task {key}" if clash else key.replace("_", " ")
            metrics.append(Metric(key, name, long_name, attribute_of(group[key], "units", "1") or "1"))
        return metrics

    def _read_factors(self):
        group = self._file["design"] if "design" in self._file else {}
        found = [k for k, d in list_datasets(group) if d.shape == (self.n_points,)]
        design = self.deck.get("design")
        declared = design.get("factors") if isinstance(design, dict) else None
        declared = declared if isinstance(declared, dict) else {}
        leaders = {path: leader for leader, row in declared.items() if isinstance(row, dict)
                   for path in (row.get("along") if isinstance(row.get("along"), dict) else {})}
        paths = [p for p in declared if p in found] + [p for p in found if p not in declared]
        factors = []
        for path in paths:
            values = group[path][()]
            numeric = values.dtype.kind in "fiub"
            values = values.astype(float) if numeric else np.array([as_text(v) for v in values], dtype=object)
            taken = {f.name for f in factors} | {m.key for m in self.metrics}
            scale = declared[path].get("scale") if isinstance(declared.get(path), dict) else None
            logarithmic = numeric and (scale in ("log", "logarithmic", "geometric") or
                                       (scale is None and is_geometric(values)))
            units = attribute_of(group[path], "units", "1") or "1"
            if numeric:  # 300 nm and 700 nm rather than 3e-07 m and 7e-07 m
                scale, units = scale_units(values, units)
                values = np.array([float(f"{v:.15g}") for v in scale * values]) if scale != 1 else values
            factors.append(Factor(path, shorten(path, taken), attribute_of(group[path], "long_name", path), units, values,
                                  logarithmic, leaders.get(path, "")))
        return factors

    def _read_metric_values(self, key):
        """Values [point, instance]; NaN wherever the state has none, whatever the file holds there."""
        values = np.asarray(self._file["trials"][key][()], dtype=float)
        return np.where(self.state == PENDING, np.nan, values)

    def _read_group(self, name):
        """{metric: {statistic: array}} of /statistics or /sensitivity."""
        tables = {}
        for key, group in (self._file[name].items() if name in self._file else ()):
            if isinstance(group, h5py.Group):
                tables[key] = {k: d[()] for k, d in list_datasets(group)}
        return tables

    # ---- what was run

    @property
    def study(self):
        section = self.deck.get("study")
        name = section.get("name") if isinstance(section, dict) else None
        return str(name) if name else os.path.splitext(os.path.basename(self.path))[0]

    def deck_value(self, path, default=None):
        """A value of the deck by its dotted path."""
        node = self.deck
        for word in path.split("."):
            if not isinstance(node, dict) or word not in node:
                return default
            node = node[word]
        return node

    def point_value(self, path, point, default=None):
        """A value of the deck at a design point: the factor's there, where the path is one or goes along with one."""
        factor = self.factor(path)
        return self.deck_value(path, default) if factor is None else factor.values[point]

    def factor(self, path):
        return next((f for f in self.factors if f.path == path), None)

    def metric(self, key):
        return next((m for m in self.metrics if m.key == key), None)

    @property
    def varying(self):
        """The factors that take more than one value, without those that only move along with another."""
        return [f for f in self.factors if len(f.levels) > 1 and not f.follows]

    def variables(self):
        """[Variable] of all datasets, but those of /run, which tell of ranks, and /fields, which are in other files."""
        return list_variables(self._file, ("run", "fields"))

    # ---- trials

    def _read_decision(self):
        """What a campaign that decides while it runs decided of each point, by name; None of any other."""
        if "decision/n_proposed" not in self._file:
            return None
        columns = {name: np.asarray(self._file[f"decision/{name}"][()]) for name in self._file["decision"]}
        words = as_text(self._file["decision/verdict"].attrs.get("flag_meanings", "")).split()
        columns["word"] = [words[v] if 0 <= v < len(words) else str(v) for v in columns["verdict"]]
        return columns

    @property
    def n_proposed(self):
        """[point] number of trials that were to be run."""
        return self.proposed.sum(axis=1)

    @property
    def n_pending(self):
        return int(np.sum(self.proposed & (self.state == PENDING)))

    @property
    def proposed(self):
        """[point, instance] whether a trial was to be run; of a campaign that decides while it runs, not all are."""
        if self.decision is None:
            return np.ones(self.state.shape, dtype=bool)
        return np.arange(self.n_instances) < np.asarray(self.decision["n_proposed"])[:, np.newaxis]

    @property
    def finished(self):
        """[point] number of trials that are not pending."""
        return np.sum(self.state != PENDING, axis=1)

    @property
    def done(self):
        """[point] number of trials that are done."""
        return np.sum(self.state == DONE, axis=1)

    def failures(self):
        """{cause: [point] number of trials}, of every state above done that the file names or holds."""
        codes = sorted(c for c in set(self.state_names) | set(np.unique(self.state).tolist()) if c > DONE)
        return {self.state_names.get(c, f"state {c}"): np.sum(self.state == c, axis=1) for c in codes}

    def values(self, key):
        return self._trials[key]

    # ---- statistics

    @property
    def has_statistics(self):
        return bool(self._statistics)

    def statistic(self, key, name):
        """[point] `name` of the metric `key` as /statistics holds it, or None."""
        values = self._statistics.get(key, {}).get(name)
        return values if values is not None and values.shape[:1] == (self.n_points,) else None

    def quantile(self, key, probability):
        """[point] that quantile as /statistics holds it, or None when it holds no such probability."""
        table = self.statistic(key, "quantile")
        scale = self._probabilities(key) if table is not None else None
        if scale is None or table.ndim != 2 or table.shape[1] != len(scale):
            return None
        hits = np.flatnonzero(np.isclose(scale, probability, atol=1e-9))
        return table[:, hits[0]] if hits.size else None

    def _probabilities(self, key):
        dataset = self._file["statistics"][key]["quantile"]
        if dataset.ndim == 2 and len(dataset.dims[1]):
            return dataset.dims[1][0][()]
        places = (f"statistics/{key}/probability", "statistics/probability", "probability")
        return next((self._file[p][()] for p in places if p in self._file), None)

    @property
    def yield_metric(self):
        """Key of the metric that the yield is of, or None."""
        key = self.deck_value("yield.metric")
        if key in self._statistics:
            return key
        return next((k for k in self._statistics if "yield" in self._statistics[k]), None)

    @property
    def confidence(self):
        value = self.deck_value("yield.confidence", 0.95)
        return float(value) if isinstance(value, (int, float)) else 0.95

    def criterion(self):
        """What a trial has to meet, in words: "accuracy ≥ 0.95"."""
        metric = self.metric(self.yield_metric)
        name = metric.name if metric else str(self.yield_metric)
        bounds = []
        for word, sign in (("at_least", "≥"), ("at_most", "≤")):
            limit = self.deck_value("yield." + word)
            if limit is not None and metric is not None and metric.units != "1":
                scale, units = scale_units([limit], metric.units)
                limit = f"{scale * limit:.6g} {units}"
            bounds += [f"{sign} {limit}"] if limit is not None else []
        return f"{name} {' and '.join(bounds)}" if bounds else "the yield criterion"

    def yields(self):
        """The Yields of all points, or None."""
        key = self.yield_metric
        tables = [self.statistic(key, n) for n in ("yield", "yield_low", "yield_high")] if key else [None]
        if any(t is None for t in tables):
            return None
        share, low, high = (np.asarray(t, dtype=float) for t in tables)
        exact = share * self.finished
        whole = np.isfinite(exact) & (np.abs(exact - np.round(exact)) < 1e-6)
        met = np.where(whole, np.round(np.nan_to_num(exact)), -1).astype(int)
        effective = self.statistic(key, "yield_effective")
        effective = self.finished if effective is None else np.where(np.isfinite(effective), effective, self.finished)
        return Yields(met, self.finished, share, low, high, effective)

    def meets(self):
        """[point, instance] whether a trial has a value that meets the criterion of the yield; None where it is not known."""
        values = self.values(self.yield_metric)
        low, high = (self.deck_value(f"yield.{word}") for word in ("at_least", "at_most"))
        if low is None and high is None:
            return None
        return (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))

    @property
    def sampling(self):
        """How instances were taken: "process", "nested" or "wafer"."""
        return self.deck_value("population.sampling.kind", "process")

    @property
    def nesting(self):
        """(lots, wafers a lot) of nested instances, (0, 0) of others."""
        if self.sampling != "nested":
            return 0, 0
        return int(self.deck_value("population.sampling.lots")), int(self.deck_value("population.sampling.wafers", 1))

    @property
    def has_drawn_points(self):
        """Whether design points are a sample of the factors' ranges, rather than the levels that the deck names."""
        return self.deck_value("design.method", "grid") not in ("grid", "one-at-a-time")

    @property
    def estimand(self):
        """What the yield is of, as the text that follows "yield": "" for the process."""
        if self.sampling == "wafer":
            return " of this wafer"
        return " of this lot" if self.nesting[0] == 1 else ""

    @property
    def clusters(self):
        """[point, instance] the number of the largest thing that trials share: the lot of nested lots (of one lot, the
        wafer), else the instance, which is the same chip at every design point unless each point draws its own."""
        point, instance = np.indices(self.state.shape)
        lots, wafers = self.nesting
        n = lots if lots > 1 else wafers if lots else self.n_instances
        shared = instance % n
        return shared if self.deck_value("design.random_numbers", "common") == "common" else point * n + shared

    def sensitivities(self):
        """{metric: {index name: [factor]}}, the factors' names under "factor"; {} when the file has none."""
        tables = {}
        for key, table in self._sensitivity.items():
            names = self._sensitivity_factors(key, table)
            if names:
                tables[key] = {k: v for k, v in table.items() if np.shape(v) == (len(names),)}
                tables[key]["factor"] = names
        return tables

    def sensitivity_groups(self, key):
        """(number of groups of trials, how many of them were left out, rows that are left) of an outcome's indices; 0, 0 and
        None where the file does not say."""
        attributes = self._file[f"sensitivity/{key}"].attrs
        rows = attributes.get("rows")
        return int(attributes.get("groups", 0)), int(attributes.get("groups_dropped", 0)), None if rows is None else int(rows)

    def _sensitivity_factors(self, key, table):
        for name in (n for n in table if self._file["sensitivity"][key][n].ndim == 1):
            dims = self._file["sensitivity"][key][name].dims[0]
            if len(dims) and dims[0].dtype.kind in "OSU":
                paths = [as_text(p) for p in dims[0][()]]
                known = {f.path: f.name for f in self.factors}
                return [known.get(p, shorten(p)) for p in paths]
            return [f.name for f in self.factors] if table[name].shape == (len(self.factors),) else None
        return None

    def fabrication(self, key):
        """[point, instance] or [point, instance, node] of /fabrication; its units. (None, "1") without."""
        dataset = self._file.get(f"fabrication/{key}")
        return (None, "1") if dataset is None else (dataset[()], attribute_of(dataset, "units", "1"))

    # ---- curves

    @property
    def curve_keys(self):
        """Metrics that have learning curves, in the order of the metrics."""
        group = self._file["curves"] if "curves" in self._file else {}
        keys = [k for k in group if isinstance(group[k], h5py.Dataset) and group[k].ndim == 3
                and group[k].shape[:2] == self.state.shape and group[k].shape[2] > 0]
        order = [m.key for m in self.metrics]
        return sorted(keys, key=lambda k: order.index(k) if k in order else len(order))

    def curves(self, key):
        """(epochs [epoch], values [point, instance, epoch]); NaN for the trials that are not done."""
        dataset = self._file["curves"][key]
        try:
            values = np.asarray(dataset[()], dtype=float)
            epochs = dataset.dims[2][0][()] if len(dataset.dims[2]) else np.arange(dataset.shape[2])
        except (OSError, RuntimeError) as error:
            raise ResultsError(f"{self.path}: damaged results file: /curves/{key} cannot be read") from error
        values[self.state != DONE] = np.nan
        return epochs, values
