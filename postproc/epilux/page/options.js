/* What ECharts is told of one panel: its axes, and a series or two for each kind of marks. */
"use strict";

const options = (() => {
  const GOLDEN = 0.6180339887498949;
  const SYMBOLS = {o: "circle", s: "rect", D: "diamond", "^": "triangle", ".": "circle",
                   v: "path://M0,0L10,0L5,9Z", "<": "path://M9,0L9,10L0,5Z",
                   P: "path://M3,0H7V3H10V7H7V10H3V7H0V3H3Z",
                   X: "path://M2,0L5,3L8,0L10,2L7,5L10,8L8,10L5,7L2,10L0,8L3,5L0,2Z"};
  const FONT = '"DejaVu Sans", Verdana, sans-serif';
  const PALE = 0.07; // of what is not selected

  /* Lists of places along x and y of all that a panel shows. */
  function collect(panel) {
    const xs = [], ys = [];
    const add = (list, axis, values) => values && values.forEach(v => list.push(scales.place(axis, v)));
    for (const m of panel.marks) {
      if (m.type === "marks") {
        add(xs, panel.x, m.x);
        add(ys, panel.y, m.y);
        const [list, axis] = m.along === "x" ? [xs, panel.x] : [ys, panel.y];
        add(list, axis, m.low);
        add(list, axis, m.high);
      } else if (m.type === "bars") {
        for (const values of [m.start, m.end, m.low, m.high]) add(xs, panel.x, values);
        m.places.forEach(p => ys.push(p - m.thickness / 2, p + m.thickness / 2));
      } else if (m.type === "boxes") {
        const [along, across] = m.vertical ? [ys, xs] : [xs, ys], axis = m.vertical ? panel.y : panel.x;
        m.places.forEach(p => across.push(p - m.thickness / 2, p + m.thickness / 2));
        if (m.five) m.five.forEach(row => add(along, axis, row));
        m.values.forEach(row => add(along, axis, row));
      } else {
        xs.push(-0.5, m.shape[1] - 0.5);
        ys.push(-0.5, m.shape[0] - 0.5);
      }
    }
    for (const [which, at] of panel.rules)
      (which === "x" ? xs : ys).push(scales.place(which === "x" ? panel.x : panel.y, at));
    return [xs, ys];
  }

  /* [[x ends], [y ends]] of every panel, alike where panels share an axis. */
  function findExtents(chart) {
    const found = chart.panels.map(panel => {
      const [xs, ys] = collect(panel);
      return [scales.extend(panel.x, xs), scales.extend(panel.y, ys)];
    });
    const shareOver = (which, groupOf) => {
      const groups = new Map();
      found.forEach((ends, i) => {
        const key = groupOf(i);
        groups.set(key, groups.has(key) ? scales.unite(groups.get(key), ends[which]) : ends[which]);
      });
      found.forEach((ends, i) => { ends[which] = groups.get(groupOf(i)); });
    };
    if (chart.share[0]) shareOver(0, () => 0);
    if (chart.share[1]) shareOver(1, i => chart.share[1] === "row" ? Math.floor(i / chart.columns) : 0);
    return found.map((ends, i) => [0, 1].map(k => {
      const axis = k === 0 ? chart.panels[i].x : chart.panels[i].y;
      return axis.limits ? ends[k] : scales.pad(ends[k], 0.04);
    }));
  }

  const ruler = document.createElement("canvas").getContext("2d");

  function widthOf(text) {
    ruler.font = `11px ${FONT}`;
    return ruler.measureText(text).width;
  }

  /* Room for the names on both axes, px: {left, right, bottom}. */
  function findRoom(panel, x, y) {
    const longest = axis => Math.max(0, ...axis.texts.map(widthOf)), cap = y.axisLabel.width ?? Infinity;
    const tilt = x.axisLabel.rotate ? Math.sin(x.axisLabel.rotate * Math.PI / 180) : 0;
    const half = x.texts.length ? widthOf(x.texts[x.texts.length - 1]) / 2 : 0;
    return {left: Math.max(Math.min(longest(y), cap) + 12, tilt ? 0.7 * longest(x) : 14), right: Math.max(12, half + 2),
            top: 10, bottom: 20 + tilt * longest(x), containLabel: false};
  }

  function createAxis(axis, ends, room, theme, isY) {
    const ticks = scales.ticks(axis, ends, room), texts = new Map(ticks.map(([p, text]) => [p.toFixed(9), text]));
    const places = ticks.map(([p]) => p), named = axis.ticks.length > 0;
    return {texts: ticks.map(([, text]) => text), type: "value", min: Math.min(...ends), max: Math.max(...ends), inverse: axis.reverse, interval: 1e9,
            axisLine: {show: !(isY && axis.reverse), onZero: false, lineStyle: {color: theme.soft}},
            axisTick: {show: !(isY && axis.reverse), customValues: places, lineStyle: {color: theme.soft}},
            splitLine: {show: false}, splitNumber: 2,
            axisLabel: {color: theme.ink, fontFamily: FONT, fontSize: 11, customValues: places, showMinLabel: true, showMaxLabel: true,
                        hideOverlap: !isY, formatter: value => texts.get(value.toFixed(9)) ?? "", ...(isY && named ? theme.names : {})}};
  }

  // ---- series

  const isChosen = (marks, i, selection) => !selection || !marks.points || selection.has(marks.points[i]);

  function createDots(panel, marks, theme, selection) {
    const look = marks.look, colour = scales.visible(look.colour, theme), data = [];
    marks.x.forEach((x, i) => {
      const chosen = isChosen(marks, i, selection);
      let fill = colour;
      if (marks.values) fill = marks.values[i] === null ? "transparent" : scales.shade(theme.stops, theme.share(marks.values[i]));
      const hollow = marks.hollow && marks.hollow[i];
      data.push({value: [scales.place(panel.x, x), scales.place(panel.y, marks.y[i])],
                 itemStyle: {color: hollow ? theme.paper : fill, borderColor: marks.values ? theme.soft : colour,
                             borderWidth: marks.values ? 0.5 : hollow ? 1.5 : 0, opacity: chosen ? look.alpha : PALE},
                 ...(marks.labels && marks.labels[i] ? {label: {show: true, formatter: () => marks.labels[i]}} : {})});
    });
    return data;
  }

  function seriesOfMarks(panel, marks, k, theme, selection) {
    const look = marks.look, colour = scales.visible(look.colour, theme), series = [];
    if (marks.low && marks.band) series.push(shape(`band${k}`, api => drawBand(panel, marks, colour, api)));
    if (marks.low && !marks.band)
      series.push(shape(`bars${k}`, api => drawIntervals(panel, marks, colour, theme, selection, api)));
    const common = {id: `marks${k}`, data: createDots(panel, marks, theme, selection), symbol: SYMBOLS[look.marker] || "circle",
                    symbolSize: look.marker === "." ? 4 : Math.max(4, 1.9 * look.size), clip: true, animation: false, z: 3,
                    label: {color: theme.ink, fontFamily: FONT, fontSize: 11, position: "right", distance: 4},
                    labelLayout: {hideOverlap: true, moveOverlap: "shiftY"}, emphasis: {scale: 1.5}};
    if (!look.width) series.push({...common, type: "scatter"});
    else
      series.push({...common, type: "line", showSymbol: Boolean(look.marker), step: marks.steps ? "end" : false, connectNulls: false,
                   lineStyle: {color: colour, width: 1.5 * look.width, type: look.dash, opacity: selection && marks.points ? 0.25 : 1},
                   itemStyle: {color: colour}});
    return series;
  }

  /* A series that draws all by itself, and is not pointed at. */
  function shape(id, draw) {
    return {id, type: "custom", data: [[0, 0]], clip: true, silent: true, animation: false, z: 2, renderItem: (_, api) => ({
      type: "group", children: draw(api)})};
  }

  function drawBand(panel, marks, colour, api) {
    const parts = [[]];
    marks.x.forEach((x, i) => {
      const ends = [marks.low[i], marks.high[i]].map(v => api.coord([scales.place(panel.x, x), scales.place(panel.y, v)]));
      if (ends.flat().every(Number.isFinite)) parts[parts.length - 1].push(ends);
      else parts.push([]);
    });
    return parts.filter(p => p.length).map(p => ({type: "polygon", style: {fill: colour, opacity: 0.2}, shape: {
      points: [...p.map(e => e[0]), ...p.map(e => e[1]).reverse()]}}));
  }

  function bar(from, to, across, style) {
    const [dx, dy] = across ? [0, 3] : [3, 0];
    const line = (a, b) => ({type: "line", shape: {x1: a[0], y1: a[1], x2: b[0], y2: b[1]}, style});
    const cap = p => line([p[0] - dx, p[1] - dy], [p[0] + dx, p[1] + dy]);
    return [line(from, to), cap(from), cap(to)];
  }

  function drawIntervals(panel, marks, colour, theme, selection, api) {
    const across = marks.along === "x", children = [];
    marks.x.forEach((x, i) => {
      const at = v => api.coord(across ? [scales.place(panel.x, v), scales.place(panel.y, marks.y[i])]
                                       : [scales.place(panel.x, x), scales.place(panel.y, v)]);
      const ends = [at(marks.low[i]), at(marks.high[i])];
      if (ends.flat().every(Number.isFinite))
        children.push(...bar(...ends, across, {stroke: colour, lineWidth: 1.2, opacity: isChosen(marks, i, selection) ? marks.look.alpha : PALE}));
    });
    return children;
  }

  function seriesOfBars(panel, marks, k, theme) {
    const colour = marks.look.colour;
    const rects = {id: `marks${k}`, type: "custom", clip: true, animation: false, z: 2,
                   data: marks.places.map((p, i) => [scales.place(panel.x, marks.end[i]), p]), renderItem: (params, api) => {
      const i = params.dataIndex, h = marks.thickness / 2;
      const a = api.coord([scales.place(panel.x, marks.start[i]), marks.places[i] - h]);
      const b = api.coord([scales.place(panel.x, marks.end[i]), marks.places[i] + h]);
      return {type: "rect", shape: {x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), width: Math.abs(b[0] - a[0]), height: Math.abs(b[1] - a[1])},
              style: {fill: colour, stroke: theme.ink, lineWidth: a[0] === b[0] ? 0 : 0.4, opacity: marks.pale && marks.pale[i] ? 0.25 : 1}};
    }};
    if (!marks.low) return [rects];
    return [rects, {...shape(`bars${k}`, api => marks.places.flatMap((p, i) => {
      const ends = [marks.low[i], marks.high[i]].map(v => api.coord([scales.place(panel.x, v), p]));
      return ends.flat().every(Number.isFinite) ? bar(...ends, true, {stroke: theme.ink, lineWidth: 1}) : [];
    })), z: 4}];
  }

  function seriesOfBoxes(panel, marks, k, theme, selection) {
    const colour = scales.visible(marks.look.colour, theme), axis = marks.vertical ? panel.y : panel.x, dots = [];
    const point = (p, v) => marks.vertical ? [p, scales.place(axis, v)] : [scales.place(axis, v), p];
    marks.values.forEach((row, i) => row.forEach((v, j) => dots.push({value: point(
      marks.places[i] + (((j * GOLDEN) % 1) - 0.5) * 0.8 * marks.thickness, v),
      itemStyle: {opacity: isChosen(marks, i, selection) ? 0.45 : PALE}})));
    const series = [{id: `dots${k}`, type: "scatter", data: dots, symbolSize: 3.5, silent: true, animation: false, clip: true,
                     itemStyle: {color: colour}}];
    if (!marks.five) return series;
    series.push({id: `marks${k}`, type: "custom", clip: true, animation: false, z: 3,
                 data: marks.five.map((row, i) => point(marks.places[i], row[2])), renderItem: (params, api) => {
      const i = params.dataIndex, h = marks.thickness / 2, row = marks.five[i];
      if (row.some(v => v === null)) return {type: "group", children: []};
      const style = {stroke: colour, lineWidth: 1.2, opacity: isChosen(marks, i, selection) ? 1 : PALE, fill: "none"};
      const line = (p, u, q, v, width) => {
        const a = api.coord(point(p, u)), b = api.coord(point(q, v));
        return {type: "line", shape: {x1: a[0], y1: a[1], x2: b[0], y2: b[1]}, style: {...style, lineWidth: width || 1.2}};
      };
      const p = marks.places[i], a = api.coord(point(p - h, row[1])), b = api.coord(point(p + h, row[3]));
      return {type: "group", children: [
        {type: "rect", shape: {x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), width: Math.abs(b[0] - a[0]), height: Math.abs(b[1] - a[1])},
         style: {...style, fill: "rgba(127,127,127,0.01)"}},
        line(p, row[0], p, row[1]), line(p, row[3], p, row[4]), line(p - h, row[2], p + h, row[2], 2.6)]};
    }});
    return series;
  }

  function seriesOfCells(panel, marks, k, theme, selection) {
    const [n, m] = marks.shape, data = [];
    for (let i = 0; i < n * m; i++) data.push([i % m, Math.floor(i / m)]);
    return [{id: `marks${k}`, type: "custom", data, clip: true, animation: false, z: 2, renderItem: (params, api) => {
      const i = params.dataIndex, value = marks.values[i], c = i % m, r = Math.floor(i / m);
      if (value === null) return {type: "group", children: []};
      const a = api.coord([c - 0.5, r - 0.5]), b = api.coord([c + 0.5, r + 0.5]), fill = scales.shade(theme.stops, theme.share(value));
      const children = [{type: "rect", shape: {x: a[0], y: b[1], width: b[0] - a[0] + 0.5, height: a[1] - b[1] + 0.5},
                         style: {fill, opacity: isChosen(marks, i, selection) ? 1 : 0.2}}];
      if (marks.digits !== null)
        children.push({type: "text", silent: true, style: {text: value.toFixed(marks.digits), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2,
                       align: "center", verticalAlign: "middle", fontFamily: FONT, fontSize: 11,
                       fill: scales.luminance(fill) < 0.2 ? "#ffffff" : "#000000"}});
      return {type: "group", children};
    }}];
  }

  const SERIES = {marks: seriesOfMarks, bars: seriesOfBars, boxes: seriesOfBoxes, cells: seriesOfCells};

  function drawRules(panel, ends, theme, api) {
    return panel.rules.map(([which, at, dash]) => {
      const axis = which === "x" ? panel.x : panel.y, p = scales.place(axis, at);
      const [a, b] = which === "x" ? [[p, ends[1][0]], [p, ends[1][1]]] : [[ends[0][0], p], [ends[0][1], p]];
      const [from, to] = [api.coord(a), api.coord(b)];
      return {type: "line", shape: {x1: from[0], y1: from[1], x2: to[0], y2: to[1]},
              style: {stroke: dash === "-" ? theme.ink : theme.line, lineWidth: 0.8, lineDash: dash === "-" ? null : [2, 2]}};
    });
  }

  function drawNotes(panel, ends, theme, api) {
    return panel.notes.map(([share, y, text]) => {
      const at = api.coord([ends[0][0] + share * (ends[0][1] - ends[0][0]), y]);
      return {type: "text", style: {text, x: at[0], y: at[1], verticalAlign: "middle", fontFamily: FONT, fontSize: 11, fill: theme.soft}};
    });
  }

  /* Lines without marks are pointed at along x, all at once. */
  const isSwept = panel => panel.marks.length > 0 && panel.marks.every(m => m.type === "marks" && m.look.width && !m.look.marker && !m.steps);

  /* The option of one panel. view: {ends, theme, width, hidden names, selected points or null, tip: params → element}. */
  function create(panel, view) {
    const {ends, theme, width} = view, series = [];
    panel.marks.forEach((m, k) => {
      if (!view.hidden.has(m.name)) series.push(...SERIES[m.type](panel, m, k, theme, view.selection));
    });
    if (panel.rules.length) series.push({...shape("rules", api => drawRules(panel, ends, theme, api)), z: 1});
    if (panel.notes.length) series.push(shape("notes", api => drawNotes(panel, ends, theme, api)));
    const x = createAxis(panel.x, ends[0], Math.max(2, Math.floor(width / 90)), theme, false);
    const letters = panel.x.ticks.reduce((sum, [, text]) => sum + text.length + 1, 0);
    if (panel.x.ticks.length && letters * 6.5 > 0.85 * width) x.axisLabel.rotate = 35;
    const y = createAxis(panel.y, ends[1], Math.max(3, Math.floor(view.height / 34)), theme, true);
    return {animation: false, textStyle: {fontFamily: FONT}, xAxis: x, yAxis: y, grid: findRoom(panel, x, y),
            tooltip: {trigger: isSwept(panel) ? "axis" : "item", confine: true, formatter: view.tip, transitionDuration: 0,
                      backgroundColor: theme.paper, borderColor: theme.soft, textStyle: {color: theme.ink, fontFamily: FONT, fontSize: 12}},
            series};
  }

  /* The option of parallel coordinates. */
  function createParallel(chart, view) {
    const {theme, width, selection} = view, narrow = width < 640;
    const spans = chart.axes.map(a => scales.pad(a.limits.map(v => scales.place(a, v)), 0));
    const [low, high] = spans[chart.colour], colourAxis = chart.axes[chart.colour];
    const data = chart.rows.map((row, i) => {
      const own = scales.place(colourAxis, row[chart.colour]), chosen = !selection || selection.has(chart.points[i]);
      const colour = Number.isFinite(own) ? scales.shade(theme.stops, high > low ? (own - low) / (high - low) : 0.5) : theme.soft;
      return {value: row.map((v, k) => { const p = scales.place(chart.axes[k], v); return Number.isFinite(p) ? p : "-"; }),
              lineStyle: {color: theme.dark ? scales.visible(colour, theme) : colour, opacity: chosen ? theme.opacity(chart.rows.length) : 0.03, width: chosen && selection ? 1.6 : 1}};
    });
    const axes = chart.axes.map((axis, k) => {
      const made = createAxis(axis, spans[k], 5, theme, false);
      return {...made, dim: k, name: axis.label, nameLocation: "end", inverse: false,
              nameTextStyle: {color: theme.ink, fontFamily: FONT, fontSize: 11, width: narrow ? 90 : Math.max(60, width / chart.axes.length - 14), overflow: "break"},
              axisLine: {show: true, lineStyle: {color: theme.ink}},
              axisLabel: {...made.axisLabel, backgroundColor: theme.glass, padding: [0, 1]}};
    });
    return {animation: false, textStyle: {fontFamily: FONT}, parallelAxis: axes,
            parallel: {left: narrow ? 20 : 40, right: narrow ? 110 : 70, top: narrow ? 24 : 52, bottom: 24, layout: narrow ? "vertical" : "horizontal",
                       parallelAxisDefault: {areaSelectStyle: {width: 18, color: theme.ink, borderColor: theme.ink, opacity: 0.2}}},
            tooltip: {confine: true, formatter: view.tip, transitionDuration: 0, backgroundColor: theme.paper, borderColor: theme.soft,
                      textStyle: {color: theme.ink, fontFamily: FONT, fontSize: 12}},
            series: [{id: "lines", type: "parallel", data, inactiveOpacity: 0.03, activeOpacity: 0.9, animation: false, progressive: 0,
                      tooltip: {show: true}}]};
  }

  return {create, createParallel, findExtents, isSwept};
})();
