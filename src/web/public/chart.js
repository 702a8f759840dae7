/* global uPlot */
/** Charts of uPlot in the page's own colours, as wide as their card. */
import { now } from './clock.js';
import { moment } from './format.js';
import { language, say } from './words.js';

const HEIGHT = 240;
const NAME_WIDTH = 70;
const WINDOW_SECONDS = 600;
/** Steps between numbers of an axis that have few digits: 0.001, 0.002, 0.005, 0.01 and so on. */
const STEPS = Array.from({ length: 30 }, (_, index) => Number(`${[1, 2, 5][index % 3]}e${Math.floor(index / 3) - 3}`));

/** @param {string} name of a custom property of page.css */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** What is common to both: axes without clutter, numbers in the page's language. */
function options(root, unit, series, more = {}) {
  const axis = { stroke: colour('--faint'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });
  return {
    width: root.clientWidth,
    height: HEIGHT,
    legend: { live: true },
    cursor: { y: false },
    axes: [
      { ...axis, ...more.x },
      { ...axis, size: 64, incrs: STEPS, values: (_, ticks) => ticks.map((tick) => number.format(tick)) },
    ],
    series: [more.first ?? {}, ...series.map((one) => ({ value: (_, value) => shown(value, unit, number), ...one }))],
    // Zero is always in sight: a line that seems to leap may be a few watts.
    scales: {
      x: { time: more.time ?? true },
      y: { range: { min: { soft: 0, mode: 1 }, max: { soft: 0, mode: 1, pad: 0.1 } } },
    },
  };
}

const windowTo = (end) => [end - WINDOW_SECONDS, end];

const shown = (value, unit, number) =>
  value === null || value === undefined ? '–' : `${number.format(value)} ${unit}`;

/** Keeps a chart in a root: made anew where its kind, its colours or its width change, else only its numbers. */
export class Chart {
  #root;
  #plot;
  #draw;

  constructor(root) {
    this.#root = root;
    this.#draw = () => undefined;
    new ResizeObserver(() => this.#plot?.setSize({ width: root.clientWidth, height: HEIGHT })).observe(root);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  /** Power over time: seconds since 1970, watts from the grid, and to it as numbers below zero. */
  lines(times, watts, label) {
    const x = { values: (_, ticks) => ticks.map((tick) => moment(1_000 * tick, 'clock')), space: 90 };
    const first = { value: (_, time) => (time === null ? '–' : moment(1_000 * time, 'clock')), label: say('time') };
    const line = {
      label,
      stroke: colour('--accent'),
      width: 2,
      fill: `${colour('--accent')}22`,
      points: { show: false },
    };
    this.#show('lines', () => {
      const made = options(this.#root, 'W', [line], { x, first });
      made.scales.x.range = (_, __, last) => windowTo(Math.max(now() / 1_000, last));
      return [made, [times, watts]];
    });
  }

  /** Bars side by side, below zero for what goes to the grid; `names` stand under them. */
  bars(names, series, unit) {
    const bar = uPlot.paths.bars({ size: [0.7, 48] });
    const rows = series.map(({ label, colour: name }) => ({
      label,
      stroke: colour(name),
      fill: colour(name),
      paths: bar,
      points: { show: false },
    }));
    const x = {
      splits: () => spread(names.length, this.#root.clientWidth),
      values: (_, splits) => splits.map((at) => names[at] ?? ''),
      grid: { show: false },
    };
    const first = { value: (_, index) => names[index] ?? '–', label: say('time') };
    const data = [names.map((_, index) => index), ...series.map(({ values }) => values)];
    this.#show('bars', () => {
      const made = options(this.#root, unit, rows, { x, first, time: false });
      made.scales.x.range = () => [-0.6, names.length - 0.4];
      return [made, data];
    });
  }

  /** A word in the place of the chart. */
  clear(word) {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.kind = undefined;
    this.#draw = () => undefined;
    if (this.#root.textContent !== word) this.#root.textContent = word;
  }

  #show(kind, build) {
    if (this.#plot === undefined) this.#root.textContent = '';
    this.#draw = () => {
      const [made, data] = build();
      this.#plot?.destroy();
      this.#plot = new uPlot(made, data, this.#root);
    };
    if (this.kind === kind && kind === 'lines') this.#plot.setData(build()[1]);
    else this.#draw();
    this.kind = kind;
  }
}

/** As many places among so many as have room for a name. */
function spread(length, width) {
  const step = Math.ceil(length / Math.max(2, Math.floor(width / NAME_WIDTH)));
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step);
}
