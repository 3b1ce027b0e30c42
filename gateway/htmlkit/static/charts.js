// Draws a chart again with uPlot, from the table beside it: values under the pointer, zoom.
// Without this file, or without uPlot, the drawn chart stays: nothing is lost.

const look = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function read(figure) {
  const lines = new Map();
  for (const row of figure.querySelectorAll("tr[data-row]")) {
    const line = lines.get(row.dataset.line) ?? { label: row.cells.length > 5 ? row.cells[1].textContent : "", points: new Map() };
    line.points.set(Number(row.dataset.at) / 1000, row.dataset.row.split(",").map(Number));
    lines.set(row.dataset.line, line);
  }
  return lines;
}

// Every step of the frame has its place, so that the line breaks where there were no readings.
function places({ since, until, step }, lines) {
  const all = new Set([...lines.values()].flatMap((line) => [...line.points.keys()]));
  for (let at = Number(since); at < Number(until); at += Number(step)) all.add(at / 1000);
  return [...all].sort((a, b) => a - b);
}

const alone = (values) => values.flatMap((value, i) =>
  value != null && values[i - 1] == null && values[i + 1] == null ? [i] : []);

function enhance(figure, UPlot) {
  const lines = read(figure), plain = figure.querySelector(".plot");
  if (!plain || figure.dataset.bars === "1" || !lines.size) return;
  const { zone, since, until, step } = figure.dataset, half = Number(step) / 2000;
  const xs = places(figure.dataset, lines), data = [xs.map((at) => at + half)], series = [{}], bands = [];
  for (const [hue, { points }] of lines) {
    const colour = look(`--hue${hue}`), column = (i) => xs.map((at) => points.get(at)?.[i] ?? null);
    const mean = column(1), dash = hue === "2" ? [7, 5] : hue === "3" ? [2, 5] : undefined;
    data.push(column(2), mean, column(0));
    const edge = { stroke: "transparent", points: { show: false } };
    series.push(edge, { stroke: colour, width: 2.25, dash, points: { show: true, size: 7, fill: colour, filter: () => alone(mean) } }, edge);
    bands.push({ series: [series.length - 3, series.length - 1], fill: colour + "29" });
  }
  const speak = (form) => new Intl.DateTimeFormat(document.documentElement.lang, { ...form, timeZone: zone });
  const days = (until - since) / 864e5, exact = speak({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const coarse = speak(days <= 2 ? { hour: "2-digit", minute: "2-digit" } : days <= 120 ? { day: "numeric", month: "short" } : { month: "short", year: "numeric" });
  const axis = { stroke: look("--soft"), grid: { stroke: look("--line"), width: 1 }, ticks: { show: false }, font: `13px ${look("--words")}` };
  const place = document.createElement("div"), told = document.createElement("p");
  for (const part of [place, told]) part.setAttribute("aria-hidden", "true"); // the sentence and the table say the same
  told.textContent = figure.dataset.hint;
  told.className = "readout";
  const write = (plot) => {
    const i = plot.cursor.idx;
    const words = i == null ? [] : [...lines.values()].flatMap(({ label, points }) => {
      const row = points.get(xs[i]);
      if (!row) return [];
      const [lo, mean, hi] = row.map((value) => value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }));
      return [`${label ? `${label} ` : ""}${mean}${lo === hi ? "" : ` (${lo} – ${hi})`}`];
    });
    told.textContent = words.length ? `${exact.format(xs[i] * 1000)}: ${words.join(", ")}` : figure.dataset.hint;
  };
  const size = () => ({ width: Math.floor(figure.clientWidth), height: Math.max(190, Math.min(310, figure.clientWidth / 2.8)) });
  plain.before(place, told);
  const plot = new UPlot({ ...size(), series, bands, legend: { show: false }, hooks: { setCursor: [write] },
    tzDate: (at) => UPlot.tzDate(new Date(at * 1e3), zone),
    scales: { x: { range: (_, lo, hi) => (lo === data[0][0] && hi === data[0].at(-1) ? [since / 1e3, until / 1e3] : [lo, hi]) } },
    axes: [{ ...axis, space: 90, values: (_, marks) => marks.map((at) => coarse.format(at * 1e3)) }, { ...axis, size: 48 }],
    cursor: { drag: { x: true, y: false }, points: { show: false } } }, data, place);
  plain.style.display = "none";
  new ResizeObserver(() => plot.setSize(size())).observe(figure);
}

try {
  const { default: UPlot } = await import("/static/uPlot.esm.js");
  document.querySelectorAll("figure[data-chart]").forEach((figure) => enhance(figure, UPlot));
} catch { /* the drawn charts stay */ }
