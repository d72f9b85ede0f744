"""The figures as functions: `epilux.plot.NAME(results, metric=None)` draws and returns a list of matplotlib Axes, which a
notebook shows.

    axes = epilux.plot.yield_by_design("study.h5")
    axes[0].set_title("mine")
    axes.figure.savefig("yield.pdf")

`results` is the Dataset of epilux.open, or the path of a file (of `epilux simulate` for transient and hysteresis). What
the results lack for a figure is said by NothingToDraw. `dir(epilux.plot)` lists the figures.
"""
import importlib
import io
import os
import pkgutil

from epilux.errors import EpiluxError, NothingToDraw, need

WITHOUT_FIGURE = ("chart", "panels", "paper", "scaling", "style")
OF_TRAJECTORIES = ("hysteresis", "transient")
OF_A_METRIC = ("heat_map", "metric_distributions", "sensitivity")


class Drawn(list):
    """The Axes of one figure, in the order of its panels. `figure`: the matplotlib Figure that holds them."""

    def __init__(self, figure):
        super().__init__(axes for axes in figure.axes if axes.get_visible())
        self.figure = figure

    def _repr_png_(self):
        stream = io.BytesIO()
        self.figure.savefig(stream, format="png", dpi=144)
        return stream.getvalue()


def __dir__():
    from epilux import figures
    return sorted(m.name for m in pkgutil.iter_modules(figures.__path__) if m.name not in WITHOUT_FIGURE)


def __getattr__(name):
    if name.startswith("_") or name not in __dir__():
        raise AttributeError(f"epilux.plot has no figure {name}; there are: {', '.join(__dir__())}")

    def draw(results, metric=None):
        return _draw(name, results, metric)
    draw.__name__ = draw.__qualname__ = name
    draw.__doc__ = f"Draws the figure {name} of a Dataset or of the path of a results file; returns its Axes."
    return draw


def _draw(name, results, metric):
    need("matplotlib")
    from epilux.results import Results
    from epilux.trajectory import Trajectory
    module = importlib.import_module(f"epilux.figures.{name}")
    path = results if isinstance(results, (str, os.PathLike)) else getattr(results, "attrs", {}).get("source")
    if path is None:
        raise EpiluxError(f"epilux.plot.{name} takes a Dataset of epilux.open, or the path of a file")
    with (Trajectory if name in OF_TRAJECTORIES else Results)(os.fspath(path)) as opened:
        options = _check_metric(name, opened, metric)
        reason = module.lacking(opened, **options)
        if reason:
            raise NothingToDraw(f"{path}: nothing to draw: {reason}")
        return Drawn(module.figure(opened, **options))


def _check_metric(name, results, metric):
    if metric is None:
        return {}
    if name not in OF_A_METRIC:
        raise EpiluxError(f"epilux.plot.{name} draws no metric alone; {', '.join(OF_A_METRIC)} do")
    if results.metric(metric) is None:
        raise EpiluxError(f"{results.path}: no metric {metric}; there are: {', '.join(m.key for m in results.metrics)}")
    return {"metric": metric}
