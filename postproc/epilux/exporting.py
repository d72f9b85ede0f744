"""Results for other programs and for archives: tables as CSV or Parquet, metadata as RO-Crate or DataCite.

    epilux.export("study.h5", "trials.csv")                          # one row a trial
    epilux.export("study.h5", "curves.parquet", table="curves")
    epilux.export("study.h5", "ro-crate-metadata.json", creators=["Ada Lovelace"])
"""
import hashlib
import json
import os

import numpy as np

from epilux.command import refuse_output
from epilux.errors import EpiluxError, need
from epilux.study import open_results

TABLES = ("trials", "design", "curves", "statistics")


def export(results, path, *, table="trials", point=0, instance=0, creators=(), license=None, doi=None,
           publisher="(:unav)", year=None):
    """Writes `path` by its name:

    .npz                     trained parameters of one network (keep_parameters), an array for each by its name, as the deck key
                             network.start.parameters takes them; `units` and `family` beside them. `point` and `instance` say
                             which network [the first]
    .csv, .parquet           a table: "trials", "design", "curves" or "statistics"; units are in the second line of a CSV's
                             sister NAME.units.csv, and in the schema's metadata of Parquet
    ro-crate-metadata.json   RO-Crate 1.1: the results file, its deck and the program, for the folder that both lie in
    datacite.json            DataCite 4.4, what a repository asks for; without `doi` it has none yet

    results: a Dataset of epilux.open or the path of a results file. creators: names of people. license: its address. year:
    of publication [that of the run]. Returns the path. EpiluxError says what cannot be written and why.
    """
    path = os.fspath(path)
    source = os.fspath(results) if isinstance(results, (str, os.PathLike)) else None
    ds = open_results(source) if source else results
    reason = refuse_output(path, [ds.attrs["source"]])
    if reason:
        raise EpiluxError(reason)
    name = os.path.basename(path).lower()
    try:
        if name == "ro-crate-metadata.json":
            _write_json(path, _crate(ds, path, list(creators), license))
        elif name == "datacite.json":
            _write_json(path, _datacite(ds, list(creators), license, doi, publisher, year))
        elif name.endswith((".csv", ".parquet")):
            _write_table(path, ds, table)
        elif name.endswith(".npz"):
            _write_parameters(path, ds, point, instance)
        else:
            raise EpiluxError(f"{path}: give .npz, .csv, .parquet, ro-crate-metadata.json or datacite.json")
    except OSError as error:
        raise EpiluxError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path


def _write_table(path, ds, table):
    if table not in TABLES:
        raise EpiluxError(f"no table {table}; there are: {', '.join(TABLES)}")
    rows = getattr(ds.epilux, table)()
    if rows.index.name:
        rows = rows.reset_index()
    units = rows.attrs.get("units", {})
    if path.lower().endswith(".csv"):
        rows.to_csv(path, index=False)
        need("pandas").DataFrame(units.items(), columns=["column", "units"]).to_csv(path[:-4] + ".units.csv", index=False)
        return
    arrow = need("pyarrow")
    data = arrow.Table.from_pandas(rows, preserve_index=False)
    need("pyarrow.parquet").write_table(data.replace_schema_metadata({**(data.schema.metadata or {}),
                                                                      b"units": json.dumps(units).encode()}), path)


def _write_parameters(path, ds, point, instance):
    names = [name for name in ds.data_vars if name.startswith("parameters.")]
    if not names:
        raise EpiluxError(f"{ds.attrs['source']}: no trained parameters; set `keep_parameters: true` in the deck")
    if not (0 <= point < ds.sizes["point"] and 0 <= instance < ds.sizes["instance"]):
        raise EpiluxError(f"point {point}, instance {instance}: there are points 0 to {ds.sizes['point'] - 1} and instances 0 to "
                          f"{ds.sizes['instance'] - 1}")
    arrays = {name.split(".", 1)[1]: ds[name].values[point, instance] for name in names}
    if any(not np.isfinite(values).all() for values in arrays.values()):
        raise EpiluxError(f"point {point}, instance {instance}: the trial is not done, and has no parameters")
    units = [f"{name.split('.', 1)[1]} {ds[name].attrs.get('units', '1')}" for name in names]
    np.savez(path, **arrays, units=np.array(units), family=np.array(ds.epilux.deck["network"]["family"]))


def _write_json(path, document):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2, ensure_ascii=False)
        file.write("\n")


def _describe(ds):
    counts = ", ".join(f"{n} {name}s" for n, name in ((ds.sizes["point"], "design point"), (ds.sizes["instance"], "instance")))
    return f"Results of a campaign of simulated photonic neural networks: {counts}; metrics {', '.join(ds.epilux.metrics)}."


def _hash(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()


def _crate(ds, path, creators, license):
    source = ds.attrs["source"]
    if os.path.dirname(os.path.abspath(path)) != os.path.dirname(os.path.abspath(source)):
        raise EpiluxError(f"{path}: must be beside {source}, which it describes")
    name, written = os.path.basename(source), ds.attrs.get("written", "")
    people = [{"@id": f"#person-{i + 1}", "@type": "Person", "name": person} for i, person in enumerate(creators)]
    authors = [{"@id": person["@id"]} for person in people]
    program = {"@id": "#epilux", "@type": "SoftwareApplication", "name": "Epilux",
               "version": ds.attrs.get("epilux_version", ""), "softwareRequirements": ds.attrs.get("libraries", "")}
    run = {"@id": "#run", "@type": "CreateAction", "name": ds.attrs.get("history", "") or "epilux run",
           "instrument": {"@id": "#epilux"}, "result": {"@id": name}, "startTime": ds.attrs.get("created", ""), "endTime": written}
    file = {"@id": name, "@type": "File", "name": ds.attrs.get("title") or name, "encodingFormat": "application/x-hdf5",
            "contentSize": str(os.path.getsize(source)), "sha256": _hash(source), "dateModified": written,
            "variableMeasured": [{"@type": "PropertyValue", "name": metric, "unitText": ds[metric].attrs.get("units", "1"),
                                  "description": ds[metric].attrs.get("long_name", metric)} for metric in ds.epilux.metrics]}
    root = {"@id": "./", "@type": "Dataset", "name": ds.attrs.get("title") or name, "description": _describe(ds),
            "datePublished": written, **({"license": {"@id": license}} if license else {}), "author": authors, "hasPart": [{"@id": name}],
            "mentions": [{"@id": "#run"}]}
    head = {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}}
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [head, root, file, run, program, *people]}


def _datacite(ds, creators, license, doi, publisher, year):
    if not creators:
        raise EpiluxError("datacite.json: name the creators, creators=[\"Ada Lovelace\"]")
    return {
        **({"doi": doi} if doi else {}),
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "titles": [{"title": ds.attrs.get("title") or os.path.basename(ds.attrs["source"])}],
        "creators": [{"name": person, "nameType": "Personal"} for person in creators],
        "publisher": publisher,
        "publicationYear": int(year or ds.attrs.get("written", "0")[:4]),
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Simulation results"},
        "descriptions": [{"description": _describe(ds), "descriptionType": "Abstract"}],
        "dates": [{"date": ds.attrs.get("written", ""), "dateType": "Created"}],
        "formats": ["application/x-hdf5"],
        "sizes": [f"{os.path.getsize(ds.attrs['source'])} bytes"],
        **({"rightsList": [{"rightsUri": license}]} if license else {}),
    }
