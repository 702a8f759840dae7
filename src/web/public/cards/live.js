import { Chart } from '../chart.js';
import { make } from '../dom.js';
import { say } from '../words.js';

const MOST_SECONDS = 600;

/** The power of the last ten minutes, drawn on with each telegram. */
export class LiveCard {
  #times = [];
  #watts = [];
  #chart;

  constructor(root) {
    this.title = make('h2', { id: 'live-title' }, '');
    this.chartRoot = make('div', { class: 'chart', role: 'img' });
    root.replaceChildren(this.title, this.chartRoot);
    this.#chart = new Chart(this.chartRoot);
    this.say();
    this.#draw();
  }

  /** In the page's language. */
  say() {
    this.title.textContent = say('live');
    this.chartRoot.setAttribute('aria-label', say('live'));
  }

  /** Points that came before the page: `[seconds since 1970, watts]`, oldest first. */
  begin(points) {
    for (const [time, watts] of points) this.#keep(time, watts);
    this.#draw();
  }

  add(at, watts) {
    const time = Math.floor(Date.parse(at) / 1_000);
    if (time <= (this.#times.at(-1) ?? 0)) return;
    this.#keep(time, watts);
    this.#draw();
  }

  #keep(time, watts) {
    this.#times.push(time);
    this.#watts.push(watts);
    while (this.#times[0] < time - MOST_SECONDS) {
      this.#times.shift();
      this.#watts.shift();
    }
  }

  #draw() {
    if (this.#times.length < 2) this.#chart.clear(say('nothing'));
    else this.#chart.lines(this.#times, this.#watts, say('power'));
  }
}
