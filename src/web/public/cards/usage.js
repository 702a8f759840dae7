import { get } from '../api.js';
import { Chart } from '../chart.js';
import { fill, make, tableUnder } from '../dom.js';
import { amount, days, moment, scaled, unitOf } from '../format.js';
import { beginOf, next, partsOf, PERIODS } from '../periods.js';
import { say } from '../words.js';

/** Bars of usage: a day, week, month or year of one medium, and the ones before it. */
export class UsageCard {
  #period = 'day';
  #medium = 'electricity';
  #media = [];
  #from = beginOf('day', new Date());
  #bar = make('div', { class: 'bar' });
  #mediaBar = make('div', { class: 'bar' });
  #chartRoot = make('div', { class: 'chart', role: 'img' });
  #table = make('div');
  #chart;
  /** Answers to earlier questions are not shown any more. */
  #asked = 0;

  constructor(root) {
    this.root = root;
    root.hidden = true;
    this.title = make('h2', { id: 'usage-title' });
    root.replaceChildren(this.title, this.#mediaBar, this.#bar, this.#chartRoot, this.#table);
    this.#chart = new Chart(this.#chartRoot);
  }

  /** @param {readonly string[]} media what there is; without any there is no card */
  async show(media = this.#media) {
    this.#media = media;
    this.root.hidden = media.length === 0;
    if (media.length === 0) return;
    if (!media.includes(this.#medium)) this.#medium = media[0];
    const asked = ++this.#asked;
    this.title.textContent = `${say('usage')} · ${say(this.#medium)}`;
    this.#showBars();
    const { resolution } = PERIODS[this.#period];
    const to = next(this.#period, this.#from, 1);
    const query = { from: this.#from.toISOString(), to: to.toISOString(), resolution, medium: this.#medium };
    const { unit, data } = await get('edge/v1/usage', query);
    if (asked !== this.#asked) return;
    this.title.textContent += ` · ${unitOf(unit)}`;
    this.#draw(unit, data);
  }

  #showBars() {
    const choice = (names, chosen, choose) =>
      names.map((name) =>
        make(
          'button',
          { type: 'button', 'aria-pressed': String(name === chosen), onclick: () => choose(name) },
          say(name),
        ),
      );
    const isNow = next(this.#period, this.#from, 1) > new Date();
    const go = (by) => () => this.#go(next(this.#period, this.#from, by));
    const media = this.#media.length > 1 ? this.#media : [];
    fill(this.#mediaBar, ...choice(media, this.#medium, (medium) => this.#choose({ medium })));
    fill(
      this.#bar,
      ...choice(Object.keys(PERIODS), this.#period, (period) => this.#choose({ period })),
      make('button', { type: 'button', 'aria-label': say('earlier'), onclick: go(-1) }, '‹'),
      make('span', { class: 'span', 'aria-live': 'polite' }, this.#name),
      make('button', { type: 'button', 'aria-label': say('later'), onclick: go(1), disabled: isNow }, '›'),
    );
  }

  get #name() {
    if (this.#period !== 'week') return moment(this.#from, PERIODS[this.#period].title);
    return days(this.#from, new Date(next(this.#period, this.#from, 1).getTime() - 1));
  }

  #choose({ period = this.#period, medium = this.#medium }) {
    const isOther = period !== this.#period;
    this.#period = period;
    this.#medium = medium;
    void this.#go(isOther ? beginOf(period, new Date()) : this.#from);
  }

  async #go(from) {
    this.#from = from;
    await this.show().catch(() => undefined);
  }

  #draw(unit, data) {
    if (data.length === 0) {
      this.#chart.clear(say('nothing'));
      this.#table.replaceChildren();
      return;
    }
    const parts = partsOf(this.#period, this.#from, data);
    const nameOf = (time) => moment(time, PERIODS[this.#period].bar);
    const columns = this.#columns;
    const drawn = columns.filter(({ of, isFirst }) => isFirst || data.some((point) => of(point) !== 0));
    const series = drawn.map(({ label, colour, of }) => ({ label, colour, values: valuesOf(parts, of) }));
    this.#chart.bars(
      parts.map(({ begin }) => nameOf(begin)),
      series,
      unitOf(unit),
    );
    this.#chartRoot.setAttribute('aria-label', `${say('usage')}: ${this.#name}`);
    const rows = data.map((point) => [
      nameOf(point.from),
      ...columns.map(({ of }) => amount(Math.abs(of(point)), unit)),
    ]);
    fill(this.#table, tableUnder(say('asTable'), [say('time'), ...columns.map(({ label }) => label)], rows));
  }

  /** Only electricity goes both ways; what goes to the grid is drawn below zero. */
  get #columns() {
    const isGrid = this.#medium === 'electricity';
    const used = { label: say(isGrid ? 'imported' : 'used'), colour: '--import', of: (point) => point.import };
    const returned = { label: say('exported'), colour: '--export', of: (point) => -point.export };
    return isGrid ? [{ ...used, isFirst: true }, returned] : [{ ...used, isFirst: true }];
  }
}

/** What each part of a period counts; none for what is to come. */
function valuesOf(parts, amountOf) {
  return parts.map(({ point }) => (point === undefined ? null : scaled(amountOf(point))));
}
