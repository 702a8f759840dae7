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
  #media = ['electricity'];
  #from = beginOf('day', new Date());
  #bar = make('div', { class: 'bar' });
  #chartRoot = make('div', { class: 'chart', role: 'img' });
  #table = make('div');
  #chart;

  constructor(root) {
    this.title = make('h2', { id: 'usage-title' });
    root.replaceChildren(this.title, this.#bar, this.#chartRoot, this.#table);
    this.#chart = new Chart(this.#chartRoot);
  }

  /** @param {readonly string[]} media */
  async show(media = this.#media) {
    this.#media = media;
    this.title.textContent = say('usage');
    this.#showBar();
    const { resolution } = PERIODS[this.#period];
    const to = next(this.#period, this.#from, 1);
    const query = { from: this.#from.toISOString(), to: to.toISOString(), resolution, medium: this.#medium };
    const { unit, data } = await get('edge/v1/usage', query);
    this.title.textContent = `${say('usage')}, ${unitOf(unit)}`;
    this.#draw(unit, data);
  }

  #showBar() {
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
    const media = this.#media.length > 1 ? choice(this.#media, this.#medium, (medium) => this.#choose({ medium })) : [];
    fill(
      this.#bar,
      ...choice(Object.keys(PERIODS), this.#period, (period) => this.#choose({ period })),
      make('button', { type: 'button', 'aria-label': say('earlier'), onclick: go(-1) }, '‹'),
      make('span', { class: 'span', 'aria-live': 'polite' }, this.#name),
      make('button', { type: 'button', 'aria-label': say('later'), onclick: go(1), disabled: isNow }, '›'),
      ...media,
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
    const series = [{ label: say('imported'), colour: '--import', values: valuesOf(parts, ({ import: wh }) => wh) }];
    if (data.some((point) => point.export > 0))
      series.push({ label: say('exported'), colour: '--export', values: valuesOf(parts, (point) => -point.export) });
    this.#chart.bars(
      parts.map(({ begin }) => nameOf(begin)),
      series,
      unitOf(unit),
    );
    this.#chartRoot.setAttribute('aria-label', `${say('usage')}: ${this.#name}`);
    const rows = data.map((point) => [nameOf(point.from), amount(point.import, unit), amount(point.export, unit)]);
    fill(this.#table, tableUnder(say('asTable'), [say('time'), say('imported'), say('exported')], rows));
  }
}

/** What each part of a period counts; none for what is to come. */
function valuesOf(parts, amountOf) {
  return parts.map(({ point }) => (point === undefined ? null : scaled(amountOf(point))));
}
