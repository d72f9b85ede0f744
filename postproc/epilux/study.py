"""A results file as one xarray Dataset.

    ds = epilux.open("study.h5")
    ds.accuracy.mean("instance")       # xarray from here on
    table = ds.epilux.trials()         # pandas, one row a trial
"""
import warnings

from epilux import deck as decks
from epilux.errors import EpiluxWarning, ResultsError, need
from epilux.results import PENDING, STATE_NAMES, Results, list_variables
from epilux.trajectory import Trajectory

xarray = need("xarray")


def open_results(path):
    """Reads a results file of `epilux run` into an xarray Dataset, whole.

    Dimensions: point (design points), instance (fabricated copies), epoch, and those of what else the file keeps.
    Coordinates: point, instance, epoch, probability, and each factor by its path in the deck, [point], in SI units or as
    words. Variables: state [point, instance], a code of its attributes flag_values and flag_meanings; every metric
    [point, instance], NaN where a trial has none; curves.METRIC [point, instance, epoch]; statistics.METRIC.mean … [point];
    what else the file keeps, by its group: variation.…, fabrication.…, parameters.…. Each has the attributes units ("1":
    dimensionless) and long_name. Attributes of the Dataset are those of the file, with the resolved deck as text.

    ResultsError, in one line: no file, no results file, of a newer format, damaged. Of a campaign that is not finished, the
    pending trials are NaN, and an EpiluxWarning says how many.
    """
    with Results(path) as results:
        coords, variables = {}, {}
        for variable in results.variables():
            kept = coords if variable.group in ("", "design") else variables
            kept[variable.name] = (variable.dims, variable.values, variable.attributes)
        attributes = {**results.attributes, "deck": results.deck_text, "source": results.path}
        if results.n_pending:
            warnings.warn(f"{results.path}: {results.n_pending} of {results.state.size} trials are pending; epilux.run with "
                          "resume=True finishes them", EpiluxWarning, stacklevel=2)
    return xarray.Dataset(variables, coords, attributes)


def read_trajectory(path):
    """Reads a file of `epilux simulate` into an xarray Dataset; see epilux.simulate."""
    with Trajectory(path) as trajectory:
        coords, variables = {}, {}
        for variable in list_variables(trajectory.file):
            kept = coords if variable.dims == (variable.name,) else variables
            kept[variable.name] = (variable.dims, variable.values, variable.attributes)
        attributes = {name: value.item() if hasattr(value, "item") else value for name, value in trajectory.file.attrs.items()}
    return xarray.Dataset(variables, coords, attributes)


@xarray.register_dataset_accessor("epilux")
class Study:
    """What Datasets of epilux.open can do beside xarray, `ds.epilux`. Tables are of what is selected: of
    `ds.sel(instance=0)` or `ds.where(…, drop=True)`, too."""

    def __init__(self, dataset):
        self._dataset = dataset

    @property
    def deck(self):
        """The resolved deck as a dictionary; it can be changed and run again."""
        return decks.read(self._dataset.attrs.get("deck", ""))

    @property
    def factors(self):
        """Paths of the factors, which are coordinates along `point`."""
        ds = self._dataset
        return [name for name, c in ds.coords.items() if c.dims == ("point",) and name != "point" or
                c.dims == () and name not in ("point", "instance", "epoch", "probability")]

    @property
    def metrics(self):
        """Names of the metrics, one value a trial."""
        return [name for name in self._dataset.data_vars if name != "state" and "." not in name]

    def design(self):
        """The design as a pandas DataFrame: a row a point, index `point`, a column a factor. Units: `.attrs["units"]`."""
        return self._table(self.factors, ["point"])

    def trials(self):
        """All trials as a tidy pandas DataFrame: columns point, instance, the factors by their paths, state in words (a
        category), and the metrics, NaN where a trial has none. `.attrs["units"]`: {column: unit}."""
        table = self._table([*self.factors, "state", *self.metrics], ["point", "instance"]).reset_index()
        names = self._name_states()
        codes = table["state"].astype(int)
        table["state"] = need("pandas").Categorical([names.get(c, f"state {c}") for c in codes], list(dict.fromkeys(
            [*names.values(), *(f"state {c}" for c in codes if c not in names)])))
        return table

    def curves(self):
        """Learning curves as a tidy DataFrame: columns point, instance, epoch, the factors, and a column a metric."""
        names = [name for name in self._dataset.data_vars if name.startswith("curves.")]
        if not names:
            raise ResultsError(f"{self._dataset.attrs.get('source', 'the Dataset')}: no learning curves; ask for them in the "
                               "deck's `curves`")
        table = self._table([*self.factors, *names], ["point", "instance", "epoch"]).reset_index()
        return table.rename(columns={name: name.split(".", 1)[1] for name in names})

    def statistics(self):
        """Statistics of each design point as a DataFrame: a row a point, the factors, and METRIC.mean, METRIC.yield …"""
        names = [name for name, v in self._dataset.data_vars.items() if name.startswith("statistics.") and v.dims == ("point",)]
        table = self._table([*self.factors, *names], ["point"])
        return table.rename(columns={name: name.split(".", 1)[1] for name in names})

    @property
    def pending(self):
        """Number of trials that are not finished."""
        return int((self._dataset["state"] == PENDING).sum())

    def _name_states(self):
        attributes = self._dataset["state"].attrs
        words = [w.replace("_", " ") for w in str(attributes.get("flag_meanings", "")).split()]
        return dict(zip((int(v) for v in attributes["flag_values"]), words)) if words else STATE_NAMES

    def _table(self, names, order):
        """The named variables as a DataFrame with the index `order`, without axes that a selection has taken away."""
        need("pandas")
        ds = self._dataset.reset_coords([n for n in names if n in self._dataset.coords])[names]
        missing = [dim for dim in order if dim not in ds.dims]
        ds = ds.expand_dims(missing)
        table = ds.to_dataframe(dim_order=[*order, *(d for d in ds.dims if d not in order)])[names]
        units = {n: ds[n].attrs.get("units", "1") for n in names}
        table.attrs["units"] = {n: u for n, u in units.items() if n != "state"}
        return table
