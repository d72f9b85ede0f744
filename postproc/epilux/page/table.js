/* The selection of design points that figures and table share, and the table: sorted, filtered, saved as CSV. */
"use strict";

const selection = (() => {
  const parts = new Map(), watchers = [];
  let joint = null;

  /* The points that every part has; null: all. */
  function get() {
    return joint;
  }

  function set(name, points) {
    if (points === null && !parts.has(name)) return;
    if (points === null) parts.delete(name);
    else parts.set(name, points);
    const sets = [...parts.values()];
    joint = sets.length ? new Set([...sets[0]].filter(p => sets.every(s => s.has(p)))) : null;
    watchers.forEach(watch => watch());
  }

  function clear() {
    parts.clear();
    joint = null;
    watchers.forEach(watch => watch());
  }

  return {get, set, clear, part: name => parts.get(name) ?? null, watch: act => watchers.push(act)};
})();

const table = (() => {
  const UNKNOWN = "this is neither a text nor a condition such as >= 0.5, < 3, 0.1..0.5 or = 2";

  /* What a filter's text asks of a cell: value → whether it stays; null of an empty text. */
  function readFilter(text, isNumber) {
    const words = text.trim().replace(",", ".");
    if (!words) return null;
    if (!isNumber) return value => String(value).toLowerCase().includes(text.trim().toLowerCase());
    const range = /^(\S+)\s*\.\.\s*(\S+)$/.exec(words), condition = /^(>=|<=|≥|≤|>|<|=)?\s*(\S+)$/.exec(words);
    const number = t => t === undefined || t === "" ? NaN : Number(t.replace("−", "-"));
    if (range && Number.isFinite(number(range[1])) && Number.isFinite(number(range[2])))
      return value => value !== null && value >= number(range[1]) && value <= number(range[2]);
    if (!condition || !Number.isFinite(number(condition[2]))) throw new Error(UNKNOWN);
    const limit = number(condition[2]), near = v => Math.abs(v - limit) <= 1e-6 * Math.max(Math.abs(v), Math.abs(limit));
    const tests = {">=": v => v >= limit || near(v), "<=": v => v <= limit || near(v), ">": v => v > limit && !near(v), "<": v => v < limit && !near(v), "=": near};
    const test = tests[{"≥": ">=", "≤": "<="}[condition[1]] ?? condition[1] ?? "="];
    return value => value !== null && test(value);
  }

  function quote(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value; // a spreadsheet would take it for a formula
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  /* The rows as RFC 4180 text; names carry their units. */
  function writeCsv(points, rows) {
    const lines = [points.columns.map(c => quote(c.label)), ...rows.map(r => points.columns.map(c => quote(c.values[r])))];
    return lines.map(cells => `${cells.join(",")}\r\n`).join("");
  }

  function start(points) {
    const box = document.querySelector("#points");
    if (!box) return;
    const body = box.tBodies[0], rows = [...body.rows], status = document.querySelector("#points-shown");
    const heads = [...box.querySelectorAll("th[data-column]")], inputs = [...box.querySelectorAll("input[data-column]")];
    const columnOf = element => points.columns[Number(element.dataset.column)];

    function show() {
      const chosen = selection.get();
      let n = 0;
      rows.forEach((row, r) => {
        row.hidden = chosen !== null && !chosen.has(points.index[r]);
        n += !row.hidden;
      });
      status.textContent = `${n} of ${rows.length} design points`;
      document.querySelectorAll(".clear").forEach(button => { button.disabled = chosen === null; });
    }

    function filter() {
      const tests = [];
      for (const input of inputs) {
        const column = columnOf(input);
        input.setCustomValidity("");
        try {
          const test = readFilter(input.value, column.number);
          if (test) tests.push(r => test(column.values[r]));
        } catch (error) {
          input.setCustomValidity(error.message);
        }
        input.setAttribute("aria-invalid", String(!input.checkValidity()));
        input.title = input.validationMessage || input.dataset.help;
      }
      selection.set("filter", tests.length ? new Set(points.index.filter((_, r) => tests.every(t => t(r)))) : null);
    }

    function sort(head) {
      const falling = head.getAttribute("aria-sort") === "ascending", values = columnOf(head).values;
      heads.forEach(h => h.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const order = rows.map((_, r) => r).sort((a, b) => {
        const [u, v] = [values[a], values[b]];
        if (u === null || v === null) return (u === null) - (v === null) || a - b; // what is not known comes last
        return (falling ? -1 : 1) * (typeof u === "number" ? u - v : String(u).localeCompare(String(v))) || a - b;
      });
      body.append(...order.map(r => rows[r]));
    }

    heads.forEach(head => head.querySelector("button").addEventListener("click", () => sort(head)));
    let wait = 0;
    inputs.forEach(input => input.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(filter, 150);
    }));
    document.querySelectorAll(".clear").forEach(button => button.addEventListener("click", () => {
      inputs.forEach(input => { input.value = ""; });
      filter();
      figures.all.filter(f => f.chart.kind === "parallel").forEach(f => f.clearBrush());
      selection.clear();
    }));
    document.querySelector("#save-csv").addEventListener("click", () => {
      const order = [...body.rows].filter(row => !row.hidden).map(row => rows.indexOf(row));
      const link = figures.make("a", "", {download: points.file, href: URL.createObjectURL(new Blob([writeCsv(points, order)], {type: "text/csv"}))});
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    selection.watch(show);
    show();
  }

  return {start, readFilter, writeCsv};
})();
