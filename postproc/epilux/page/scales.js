/* Axes without a drawing library: places, extents, ticks, numbers as text, colours. */
"use strict";

const scales = (() => {
  /* Where a value stands on an axis: logarithms on a logarithmic one; NaN where it has no place. */
  function place(axis, value) {
    if (value === null || value === undefined) return NaN;
    return axis.log ? (value > 0 ? Math.log10(value) : NaN) : value;
  }

  const raised = text => text.replace(/[-0-9]/g, c => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]);

  /* A number as text, with so many digits. */
  function format(value, digits = 4) {
    if (value === null || !Number.isFinite(value)) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size >= 1e-3 && size < 1e5) return String(Number(value.toPrecision(digits))).replace("-", "−");
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    const power = `10${raised(exponent.replace("+", ""))}`;
    return Number(mantissa) === 1 ? power : `${Number(mantissa)}·${power}`.replace(/^-/, "−");
  }

  function unite(a, b) {
    return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
  }

  /* The two ends of an axis that shows these places; given limits are kept. */
  function extend(axis, places) {
    if (axis.limits) return axis.limits.map(v => place(axis, v));
    let low = Infinity, high = -Infinity;
    for (const p of places)
      if (Number.isFinite(p)) {
        low = Math.min(low, p);
        high = Math.max(high, p);
      }
    return [low, high];
  }

  function pad([low, high], share) {
    if (!(low <= high)) return [0, 1];
    const room = high > low ? (high - low) * share : Math.abs(low) * 0.1 || 0.5;
    return [low - room, high + room];
  }

  function stepOf(low, high, n) {
    const raw = (high - low) / n, power = 10 ** Math.floor(Math.log10(raw));
    return power * ([1, 2, 5].find(k => k * power >= raw * 0.999) || 10);
  }

  function linear(low, high, n, whole) {
    let step = stepOf(low, high, n);
    if (whole) step = Math.max(1, Math.round(step));
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
      found.push(Number((k * step).toPrecision(12)));
    return found;
  }

  /* Places of ticks between two places of a logarithmic axis: decades, or 1, 2, 5 of each, or even steps. */
  function logarithmic(low, high, n) {
    const span = high - low, found = [];
    if (span < 0.5)
      return linear(10 ** low, 10 ** high, n).filter(v => v > 0).map(Math.log10);
    const factors = span < 2.2 ? [1, 2, 5] : [1], step = Math.max(1, Math.ceil(span / (n + 1)));
    for (let k = Math.floor(low); k <= Math.ceil(high); k++)
      for (const f of factors)
        if (k % step === 0) found.push(k + Math.log10(f));
    return found.filter(p => p >= low - 1e-9 && p <= high + 1e-9);
  }

  /* [[place, text]] between two places. */
  function ticks(axis, [low, high], n) {
    if (axis.ticks.length) {
      const inside = axis.ticks.map(([v, text]) => [place(axis, v), text]);
      return inside.filter(([p]) => p >= Math.min(low, high) - 1e-9 && p <= Math.max(low, high) + 1e-9);
    }
    const places = axis.log ? logarithmic(low, high, n) : linear(low, high, n, axis.whole);
    return places.map(p => [p, format(axis.log ? 10 ** p : p, 6)]);
  }

  // ---- colours

  const parse = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
  const join = rgb => `#${rgb.map(v => Math.round(v).toString(16).padStart(2, "0")).join("")}`;
  const mix = (a, b, share) => join(parse(a).map((v, i) => v + (parse(b)[i] - v) * share));

  function luminance(hex) {
    const [r, g, b] = parse(hex).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(a, b) {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  }

  /* The colour, brought near the ink until it stands out from the paper. */
  function visible(hex, theme) {
    let colour = hex;
    for (let share = 0.1; contrast(colour, theme.paper) < (theme.dark ? 4.5 : 3) && share <= 1; share += 0.1) colour = mix(hex, theme.ink, share);
    return colour;
  }

  /* The colour of a share 0..1 of a scale of even stops. */
  function shade(stops, share) {
    const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1), i = Math.min(Math.floor(at), stops.length - 2);
    return mix(stops[i], stops[i + 1], at - i);
  }

  return {place, format, unite, extend, pad, ticks, luminance, contrast, visible, shade};
})();
