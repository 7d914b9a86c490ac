// What the pages do beyond htmx: say whether they are live, and draw charts. Without it every page works.
(() => {
  "use strict";
  const connection = document.getElementById("connection");
  const live = document.getElementById("live");
  let heard = 0;

  function say(words, off) {
    if (!connection || connection.textContent === words) return;
    connection.textContent = words;
    connection.classList.toggle("off", off);
  }
  if (live && live.hasAttribute("hx-sse:connect")) {
    say("connecting …", false);
    document.addEventListener("htmx:sse:after:connection", () => { heard = Date.now(); say("live", false); });
    document.addEventListener("htmx:sse:after:message", () => { heard = Date.now(); say("live", false); draw(false); });
    for (const event of ["htmx:sse:error", "htmx:sse:close"])
      document.addEventListener(event, () => {
        const since = heard ? new Date(heard).toLocaleTimeString() : "the page was loaded";
        say(`not live since ${since}`, true);
      });
  }

  // Charts: the picture that came with the page is replaced by one that can be zoomed and read off.
  const EVERY_MS = 10000;
  let drawn = 0, plot = null;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function options(box, data) {
    const grid = { stroke: colour("--line"), width: 1 };
    const axis = { stroke: colour("--soft"), grid, ticks: grid };
    const moment = (s) => {
      const text = new Date(s * 1000).toISOString();
      return text.slice(11, 16) === "00:00" ? text.slice(5, 10) : text.slice(11, 16);
    };
    const words = (value) => value == null ? "–"
      : data.unit === "share" ? `${+(100 * value).toPrecision(3)} %` : `${+value.toPrecision(4)} ${data.unit}`.trim();
    return {
      width: Math.max(box.clientWidth, 320), height: 260, legend: { live: true },
      scales: { x: { time: true }, y: { range: (_, low, high) => {
        const all = data.reference ? [low, high, data.reference.low, data.reference.high] : [low, high];
        const bottom = Math.min(...all), top = Math.max(...all), air = (top - bottom) * 0.06 || Math.abs(top) * 0.05 || 1;
        return [bottom - air, top + air]; } } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map(moment) }, { ...axis, size: 76, values: (_, ticks) => ticks.map(words) }],
      series: [{ label: "time (UTC)", value: (_, s) => s == null ? "–" : new Date(s * 1000).toISOString().slice(0, 16).replace("T", " ") },
        { label: "mean", stroke: colour("--quiet"), width: 1.6, value: (_, v) => words(v), points: { show: false } },
        { label: "firing", stroke: colour("--bad"), width: 0, value: (_, v) => v == null ? "no" : "yes",
          points: { show: true, size: 6, fill: colour("--bad") }, paths: () => null }],
      hooks: { drawClear: [(u) => {
        if (!data.reference) return;
        const { ctx, bbox } = u, top = u.valToPos(data.reference.high, "y", true), bottom = u.valToPos(data.reference.low, "y", true);
        ctx.save(); ctx.globalAlpha = 0.16; ctx.fillStyle = colour("--good");
        ctx.fillRect(bbox.left, top, bbox.width, Math.max(bottom - top, 1)); ctx.restore();
        const middle = u.valToPos(data.reference.mean, "y", true);
        ctx.save(); ctx.strokeStyle = colour("--good"); ctx.setLineDash([6, 6]); ctx.beginPath();
        ctx.moveTo(bbox.left, middle); ctx.lineTo(bbox.left + bbox.width, middle); ctx.stroke(); ctx.restore();
      }] },
      tzDate: (s) => uPlot.tzDate(new Date(s * 1000), "Etc/UTC"),
    };
  }

  async function draw(now) {
    const box = document.getElementById("plot");
    if (!box || typeof uPlot === "undefined" || (!now && Date.now() - drawn < EVERY_MS)) return;
    drawn = Date.now();
    const answer = await fetch(box.dataset.points);
    if (!answer.ok) return;
    const data = await answer.json();
    if (data.time_s.length < 2) return;
    const columns = [data.time_s, data.mean, data.mean.map((value, place) => data.firing[place] ? value : null)];
    if (plot) { plot.setData(columns); return; }
    box.replaceChildren();
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `${box.dataset.title}: ${document.getElementById("sentence").textContent}`);
    plot = new uPlot(options(box, data), columns, box);
    addEventListener("resize", () => plot.setSize({ width: Math.max(box.clientWidth, 320), height: 260 }));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { plot.destroy(); plot = null; draw(true); });
  }
  document.addEventListener("DOMContentLoaded", () => draw(true));
})();
