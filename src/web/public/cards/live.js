import { Chart } from '../chart.js';
import { now } from '../clock.js';
import { make } from '../dom.js';
import { say } from '../words.js';

const MOST_SECONDS = 600;
/** So long without a point, and the line has a hole. */
const HOLE_SECONDS = 90;

/** The power of the last ten minutes, which moves on with the clock whether or not a telegram comes. */
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
    this.draw();
  }

  /** In the page's language. */
  say() {
    this.title.textContent = say('live');
    this.chartRoot.setAttribute('aria-label', say('live'));
  }

  /** Points that came before the page: `[seconds since 1970, watts]`, oldest first; null where nothing was seen. */
  begin(points) {
    for (const [time, watts] of points) this.#keep(time, watts);
    this.draw();
  }

  /** One more point, drawn with the next call of `draw`. */
  add(at, watts) {
    const time = Math.floor(Date.parse(at) / 1_000);
    if (time <= (this.#times.at(-1) ?? 0)) return;
    this.#keep(time, watts);
  }

  #keep(time, watts) {
    const last = this.#times.at(-1);
    if (time - last > HOLE_SECONDS) {
      this.#times.push(last + 1);
      this.#watts.push(null);
    }
    this.#times.push(time);
    this.#watts.push(watts);
  }

  /** Up to this moment. */
  draw() {
    while (this.#times[0] < now() / 1_000 - MOST_SECONDS) {
      this.#times.shift();
      this.#watts.shift();
    }
    if (this.#watts.filter((watts) => watts !== null).length < 2) this.#chart.clear(say('nothingLately'));
    else this.#chart.lines(this.#times, this.#watts, say('power'));
  }
}
