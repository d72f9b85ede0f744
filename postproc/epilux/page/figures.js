/* The figures of the page: panels, legend, zoom, values under the pointer, numbers as a table. Every text of a results file is
   set as text, never as HTML. */
"use strict";

const figures = (() => {
  const all = [];
  const LIGHT = {ink: "#1a1a1a", soft: "#595959", line: "#b0b0b0", paper: "#ffffff"};
  let data = null, printing = false;

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  /* Colours of the page as it is: light, dark, or printed. */
  function readTheme() {
    const style = getComputedStyle(document.documentElement);
    const theme = printing ? {...LIGHT} : Object.fromEntries(Object.keys(LIGHT).map(k => [k, style.getPropertyValue(`--${k}`).trim()]));
    return {...theme, dark: scales.luminance(theme.paper) < 0.2, glass: `${theme.paper}b0`, stops: data.stops,
            opacity: n => Math.min(0.9, Math.max(0.25, 60 / n))};
  }

  // ---- what a mark is, in words

  /* The factors of a design point, a line each. */
  function describePoint(point) {
    const row = data.points.index.indexOf(point);
    if (row < 0) return [];
    const own = data.points.columns.filter(c => c.factor).slice(0, 8);
    return [`design point ${point}`, ...own.map(c => {
      const value = c.values[row];
      return `${c.label}: ${typeof value === "number" ? scales.format(value) : value}`;
    })];
  }

  const nameOn = (axis, value) => axis.ticks.find(([p]) => Math.abs(p - value) < 1e-9)?.[1];
  const show = (axis, value) => nameOn(axis, value) ?? scales.format(value);

  function describeInterval(low, high) {
    return low === null || high === null ? "" : ` (${scales.format(low)} to ${scales.format(high)})`;
  }

  function describeMark(panel, m, i) {
    const lines = m.names ? [m.names[i]] : [];
    const interval = m.low ? describeInterval(m.low[i], m.high[i]) : "";
    if (m.along === "x") {
      if (!m.names) lines.push(show(panel.y, m.y[i]));
      lines.push(`${panel.x.label}: ${scales.format(m.x[i])}${interval}`);
    } else {
      if (!m.names) lines.push(`${panel.x.label}: ${show(panel.x, m.x[i])}`);
      lines.push(`${panel.y.label}: ${scales.format(m.y[i])}${interval}`);
    }
    if (m.values) lines.push(`${panel.scaleLabel}: ${scales.format(m.values[i])}`);
    return [...lines, ...(m.points ? describePoint(m.points[i]) : [])];
  }

  function describe(panel, m, i) {
    if (m.type === "marks") return describeMark(panel, m, i);
    if (m.type === "bars")
      return [show(panel.y, m.places[i]), `${panel.x.label}: ${scales.format(m.start[i] > 0 && panel.stacked ? m.end[i] - m.start[i] : m.end[i])}` +
              (m.start[i] !== 0 && !panel.stacked ? ` from ${scales.format(m.start[i])}` : "") + (m.low ? describeInterval(m.low[i], m.high[i]) : "")];
    if (m.type === "boxes") {
      const [low, first, median, third, high] = m.five[i], axis = m.vertical ? panel.y : panel.x;
      return [axis.label, `median ${scales.format(median)}`, `quartiles ${scales.format(first)} to ${scales.format(third)}`,
              `whiskers ${scales.format(low)} to ${scales.format(high)}`, ...(m.points ? describePoint(m.points[i]) : [])];
    }
    return [`${panel.x.label}: ${m.columns[i % m.shape[1]]}`, `${panel.y.label}: ${m.rows[Math.floor(i / m.shape[1])]}`,
            `${panel.scaleLabel}: ${scales.format(m.values[i])}`];
  }

  function createTip(title, lines) {
    const box = make("div", "", {class: "tip"});
    if (title) box.append(make("b", title));
    for (const line of lines) box.append(make("div", line));
    return box;
  }

  /* What ECharts shows where the reader points: of one mark, or of all lines at one x. */
  function tip(panel, params) {
    const list = Array.isArray(params) ? params : [params];
    const found = list.map(p => [panel.marks[Number(/^marks(\d+)$/.exec(p.seriesId)?.[1])], p.dataIndex]).filter(([m]) => m);
    if (!found.length) return "";
    if (!Array.isArray(params)) return createTip(found[0][0].name, describe(panel, ...found[0]));
    const [m, i] = found[0];
    return createTip(`${panel.x.label}: ${show(panel.x, m.x[i])}`, found.map(([own, k]) => (own.name ? `${own.name}: ` : "") + scales.format(own.y[k]) +
                     (own.low ? describeInterval(own.low[k], own.high[k]) : "")));
  }

  // ---- a figure

  class Figure {
    constructor(element, chart) {
      Object.assign(this, {element, chart, hidden: new Set(), zoom: null, plots: []});
      this.box = element.querySelector(".panels");
      if (chart.kind === "panels") {
        this.extents = options.findExtents(chart);
        chart.panels.forEach(panel => {
          panel.scaleLabel = chart.colours ? chart.colours[0] : "";
          panel.stacked = panel.marks.filter(m => m.type === "bars").some(m => m.start.some(v => v > 0)) && panel.marks.length > 1;
        });
      }
      this.createTools();
      this.createLegend();
      this.createPanels();
      this.createNumbers();
    }

    createTools() {
      const tools = this.element.querySelector(".tools");
      if (this.chart.kind === "parallel") return;
      const add = (text, label, act) => {
        const button = make("button", text, {type: "button", "aria-label": `${label}: ${this.chart.title}`, title: label});
        button.addEventListener("click", act);
        tools.append(button);
      };
      add("+", "zoom in", () => this.scaleZoom(0.7));
      add("−", "zoom out", () => this.scaleZoom(1 / 0.7));
      add("⟲", "show all", () => this.setZoom(null));
    }

    createLegend() {
      const legend = this.element.querySelector(".legend");
      for (const entry of this.chart.legend ?? []) {
        const button = make("button", "", {type: "button", "aria-pressed": "true"});
        button.append(createSwatch(entry), document.createTextNode(entry.name));
        button.addEventListener("click", () => {
          const hide = !this.hidden.delete(entry.name);
          if (hide) this.hidden.add(entry.name);
          button.setAttribute("aria-pressed", String(!hide));
          this.draw();
        });
        legend.append(button);
      }
      if (!this.chart.colours) return;
      const [label, low, high] = this.chart.colours, scale = make("div", "", {class: "scale"});
      const bar = make("span", "", {class: "bar", "aria-hidden": "true"});
      bar.style.background = `linear-gradient(to right, ${data.stops.join(", ")})`;
      scale.append(document.createTextNode(`${label} ${scales.format(low, 3)} `), bar, document.createTextNode(` ${scales.format(high, 3)}`));
      legend.append(scale);
    }

    createPanels() {
      const panels = this.chart.kind === "parallel" ? [null] : this.chart.panels;
      panels.forEach((panel, i) => {
        const box = make("div", "", {class: "panel"});
        if (panel && panel.title) box.append(make("div", panel.title, {class: "title"}));
        if (panel && panel.y.label) box.append(make("div", `↑ ${panel.y.label}`, {class: "label"}));
        const plot = make("div", "", {class: "plot", role: "img", "aria-label": this.describePanel(panel)});
        box.append(plot);
        if (panel && panel.x.label) box.append(make("div", `${panel.x.label} →`, {class: "label x"}));
        this.box.append(box);
        this.plots.push({plot, panel, drawn: null});
        if (panel) this.listen(this.plots[i], i);
      });
    }

    describePanel(panel) {
      const words = panel ? [panel.title, panel.y.label && panel.x.label ? `${panel.y.label} against ${panel.x.label}` : panel.y.label || panel.x.label]
                          : this.chart.axes.map(a => a.label);
      return `${this.chart.title}. ${words.filter(Boolean).join(". ")}. The numbers are in a table below the figure.`;
    }

    /* Height of a plot: a row needs room for its name. */
    heightOf(panel, width) {
      if (!panel) return width < 640 ? 60 + 54 * this.chart.axes.length : 340;
      const rows = panel.y.ticks.length;
      if (rows && panel.y.reverse) return Math.max(110, 40 + 23 * rows);
      if (rows) return Math.max(120, Math.min(40 + 32 * rows, 340));
      return this.chart.panels.length > 1 ? 210 : 280;
    }

    layOut() {
      const width = this.box.clientWidth, least = this.chart.kind === "parallel" ? 1e6 : this.chart.panels.some(p => p.y.reverse) ? 330 : 190;
      const columns = Math.max(1, Math.min(this.chart.columns ?? 1, Math.floor(width / least)));
      this.box.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    }

    createTheme(width) {
      const theme = readTheme(), [, low, high] = this.chart.colours ?? [null, 0, 1];
      return {...theme, share: v => high > low ? (v - low) / (high - low) : 0.5,
              names: {width: Math.round(Math.min(0.42 * width, 300)), overflow: "break"}};
    }

    draw() {
      this.layOut();
      this.plots.forEach((own, i) => {
        const width = own.plot.clientWidth, height = this.heightOf(own.panel, width);
        if (width === 0) return;
        own.plot.style.height = `${height}px`;
        if (!own.drawn) {
          own.drawn = echarts.init(own.plot, null, {renderer: this.isLarge() ? "canvas" : "svg", width, height});
          if (!own.panel) own.drawn.on("axisareaselected", () => this.brush(own.drawn));
          own.drawn.on("click", params => this.click(own, params));
        } else own.drawn.resize({width, height});
        const theme = this.createTheme(width);
        const view = {theme, width, height, hidden: this.hidden, selection: selection.get(), ends: this.endsOf(i),
                      tip: params => own.panel ? tip(own.panel, params) : createTip("", describePoint(this.chart.points[params.dataIndex]))};
        own.drawn.setOption(own.panel ? options.create(own.panel, view) : options.createParallel(this.chart, view),
                            own.panel ? {notMerge: true} : {replaceMerge: ["series"]});
      });
    }

    isLarge() {
      const count = m => m.type === "marks" ? m.x.length : m.type === "boxes" ? m.values.reduce((n, v) => n + v.length, 0) : 1;
      return (this.chart.rows?.length ?? Math.max(...this.chart.panels.map(p => p.marks.reduce((n, m) => n + count(m), 0)))) > 800;
    }

    // ---- zoom: shares of the extents, alike in all panels

    endsOf(i) {
      if (this.chart.kind === "parallel") return null;
      return [0, 1].map(k => {
        const [low, high] = this.extents[i][k], [a, b] = this.zoom ? this.zoom[k] : [0, 1];
        return [low + a * (high - low), low + b * (high - low)];
      });
    }

    setZoom(zoom) {
      this.zoom = zoom;
      this.draw();
    }

    scaleZoom(factor) {
      const [zx, zy] = this.zoom ?? [[0, 1], [0, 1]];
      const scale = ([a, b]) => {
        const middle = (a + b) / 2, half = Math.min(0.5, factor * (b - a) / 2), low = Math.min(Math.max(0, middle - half), 1 - 2 * half);
        return [low, low + 2 * half];
      };
      const next = [scale(zx), this.hasRows() ? zy : scale(zy)];
      this.setZoom(next.flat().every((v, i) => Math.abs(v - [0, 1, 0, 1][i]) < 1e-9) ? null : next);
    }

    hasRows() {
      return this.chart.panels.some(p => p.y.reverse);
    }

    /* Dragging with the mouse marks the part to be shown; a double click shows all. */
    listen(own, i) {
      let from = null, frame = null;
      const at = e => { const r = own.plot.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
      own.plot.addEventListener("pointerdown", e => {
        if (e.pointerType === "mouse" && e.button === 0 && own.drawn.containPixel({gridIndex: 0}, at(e))) from = at(e);
      });
      own.plot.addEventListener("pointermove", e => {
        if (!from) return;
        const to = at(e);
        if (!frame && Math.hypot(to[0] - from[0], to[1] - from[1]) > 6) {
          frame = make("div", "", {class: "frame"});
          own.plot.append(frame);
        }
        if (frame)
          Object.assign(frame.style, {left: `${Math.min(from[0], to[0])}px`, top: `${Math.min(from[1], to[1])}px`,
                                      width: `${Math.abs(to[0] - from[0])}px`, height: `${Math.abs(to[1] - from[1])}px`});
      });
      const end = e => {
        if (frame) {
          frame.remove();
          this.zoomTo(own, i, from, at(e));
        }
        from = frame = null;
      };
      own.plot.addEventListener("pointerup", end);
      own.plot.addEventListener("pointerleave", end);
      own.plot.addEventListener("dblclick", () => this.setZoom(null));
    }

    zoomTo(own, i, from, to) {
      const a = own.drawn.convertFromPixel({xAxisIndex: 0, yAxisIndex: 0}, from), b = own.drawn.convertFromPixel({xAxisIndex: 0, yAxisIndex: 0}, to);
      const shares = [0, 1].map(k => {
        const [low, high] = this.extents[i][k];
        const ends = [a[k], b[k]].map(v => Math.min(1, Math.max(0, (v - low) / (high - low)))).sort((p, q) => p - q);
        return ends[1] - ends[0] > 1e-4 ? ends : [0, 1];
      });
      this.setZoom(shares);
    }

    // ---- selection

    brush(drawn) {
      const series = drawn.getModel().getSeriesByIndex(0), active = series.getRawIndicesByActiveState("active");
      const inactive = series.getRawIndicesByActiveState("inactive");
      selection.set("parallel", inactive.length ? new Set(active.map(i => this.chart.points[i])) : null);
    }

    clearBrush() {
      this.plots.forEach(own => own.drawn?.dispose());
      this.plots.forEach(own => { own.drawn = null; });
      this.draw();
    }

    click(own, params) {
      const m = own.panel ? own.panel.marks[Number(/^marks(\d+)$/.exec(params.seriesId)?.[1])] : this.chart;
      const point = m?.points?.[params.dataIndex];
      if (point === undefined || point < 0) return;
      const before = selection.part("click");
      selection.set("click", before && before.has(point) ? null : new Set([point]));
    }

    // ---- the numbers as a table, made when it is opened

    createNumbers() {
      const details = this.element.querySelector("details.numbers");
      details?.addEventListener("toggle", () => {
        if (details.open && !details.querySelector("table")) details.append(createNumbersTable(this.chart));
      });
    }
  }

  const NUMBERS = 1000; // rows of a table of numbers

  function listNumbers(chart) {
    if (chart.kind === "parallel")
      return [chart.axes.map(a => a.label), chart.rows.map(row => row.map((v, k) => show(chart.axes[k], v)))];
    const rows = [];
    for (const p of chart.panels)
      for (const m of p.marks) {
        const head = [p.title, m.name ?? ""];
        if (m.type === "marks")
          m.x.forEach((x, i) => rows.push([...head, m.names?.[i] ?? show(p.x, x), m.along === "x" ? `${p.x.label} ${scales.format(x)}` : `${p.y.label} ${scales.format(m.y[i])}`,
                      m.low ? describeInterval(m.low[i], m.high[i]).trim() : ""]));
        else
          (m.places ?? m.values).forEach((_, i) => {
            const known = m.type === "cells" ? m.values[i] !== null : m.type === "boxes" ? m.five && m.five[i][2] !== null : true;
            if (known) rows.push([...head, ...describe(p, m, i).slice(0, 4)]);
          });
      }
    return [["panel", "series", "", "", ""], rows];
  }

  function createNumbersTable(chart) {
    const [head, rows] = listNumbers(chart), table = make("table"), top = table.createTHead().insertRow(), body = table.createTBody();
    const used = head.map((_, k) => rows.some(row => row[k]));
    head.forEach((text, k) => used[k] && top.append(make(text ? "th" : "td", text, text ? {scope: "col"} : {})));
    for (const row of rows.slice(0, NUMBERS)) {
      const line = body.insertRow();
      row.forEach((text, k) => (used[k] ?? true) && (line.insertCell().textContent = text));
    }
    const box = make("div", "", {class: "table", tabindex: "0", role: "region", "aria-label": `numbers of: ${chart.title}`});
    box.append(table);
    if (rows.length > NUMBERS) box.append(make("p", `The first ${NUMBERS} of ${rows.length} rows.`, {class: "soft"}));
    return box;
  }

  function createSwatch(entry) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const add = (tag, attributes) => {
      const part = document.createElementNS(svg.namespaceURI, tag);
      for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
      svg.append(part);
    };
    svg.setAttribute("viewBox", "0 0 24 12");
    svg.setAttribute("aria-hidden", "true");
    const colour = entry.look.colour;
    if (entry.shape !== "block") svg.dataset.colour = colour;
    if (entry.shape !== "line") add("rect", {x: 3, y: 1, width: 18, height: 10, fill: colour, stroke: colour, "stroke-width": 0.5});
    else {
      if (entry.look.width) add("line", {x1: 0, y1: 6, x2: 24, y2: 6, stroke: colour, "stroke-width": 2, "stroke-dasharray":
        {solid: "none", dashed: "5 2", dotted: "2 2"}[entry.look.dash]});
      const shapes = {s: "M8 2H16V10H8Z", D: "M12 1L17 6L12 11L7 6Z", "^": "M12 1L17 11H7Z", v: "M7 1H17L12 11Z", "<": "M17 1V11L7 6Z",
                      P: "M10 1h4v3h3v4h-3v3h-4v-3h-3v-4h3z", X: "M8 1l4 3l4-3l2 2l-4 3l4 3l-2 2l-4-3l-4 3l-2-2l4-3l-4-3z"};
      if (entry.look.marker) add("path", {d: shapes[entry.look.marker] ?? "M7.5 6a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z", fill: colour});
    }
    return svg;
  }

  /* Swatches stand out from the paper as the marks do. */
  function paintSwatches() {
    const theme = readTheme();
    for (const svg of document.querySelectorAll(".legend svg[data-colour]"))
      for (const part of svg.children)
        for (const name of ["fill", "stroke"])
          if (part.hasAttribute(name)) part.setAttribute(name, scales.visible(svg.dataset.colour, theme));
  }

  function draw() {
    paintSwatches();
    all.forEach(f => f.draw());
  }

  function start(given) {
    data = given;
    for (const element of document.querySelectorAll("figure[data-chart]"))
      all.push(new Figure(element, data.charts[Number(element.dataset.chart)]));
    draw();
    selection.watch(draw);
    let width = innerWidth, wait = 0;
    addEventListener("resize", () => {
      clearTimeout(wait);
      if (innerWidth !== width) wait = setTimeout(draw, 120);
      width = innerWidth;
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    const print = now => { printing = now; draw(); };
    matchMedia("print").addEventListener("change", e => print(e.matches));
    addEventListener("beforeprint", () => print(true));
    addEventListener("afterprint", () => print(false));
  }

  return {start, all, make};
})();
