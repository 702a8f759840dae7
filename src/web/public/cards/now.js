import { now } from '../clock.js';
import { fill, make } from '../dom.js';
import { moment, watts } from '../format.js';
import { say } from '../words.js';

/** Older than that is not now. */
const STALE_MS = 30_000;

/** Power of each meter now, and of each phase. */
export function showNow(root, meters) {
  const title = make('h2', { id: 'now-title' }, say('now'));
  if (meters.length === 0)
    fill(root, title, make('p', { class: 'big faint' }, '–'), make('p', { class: 'faint' }, say('noData')));
  else fill(root, title, ...meters.map((meter) => showMeter(meter, meters.length > 1)));
}

/** For whoever has no key yet. */
export function showLocked(root, open) {
  const title = make('h2', { id: 'now-title' }, say('now'));
  root.replaceChildren(
    title,
    make('p', {}, say('logInWhy')),
    make('button', { type: 'button', onclick: open }, say('logIn')),
  );
}

function showMeter({ name, at, importW, exportW, phases }, isNamed) {
  const isExporting = exportW > importW;
  const net = Math.abs(importW - exportW);
  const isStale = now() - Date.parse(at) > STALE_MS;
  return make(
    'div',
    {},
    isNamed ? make('h3', {}, name) : undefined,
    make('p', { class: `big ${isStale ? 'faint' : isExporting ? 'export' : 'import'}` }, watts(net)),
    make(
      'p',
      { class: 'faint' },
      isStale ? say('stale', { time: moment(at) }) : say(isExporting ? 'exporting' : 'importing'),
    ),
    phases.length < 2 ? undefined : make('ul', { class: 'phases' }, ...phases.map(showPhase)),
  );
}

function showPhase({ phase, importW, exportW, voltageV, currentA }) {
  const net = importW - exportW;
  const label = say('phase', { n: phase });
  const more = [
    voltageV === undefined ? undefined : `${voltageV} V`,
    currentA === undefined ? undefined : `${currentA} A`,
  ];
  return make(
    'li',
    {},
    make('span', {}, `${label}: `),
    make('strong', { class: net < 0 ? 'export' : 'import' }, watts(net)),
    make('span', { class: 'faint' }, ` ${more.filter(Boolean).join(' · ')}`),
    make('meter', { min: 0, max: Math.max(5_750, Math.abs(net)), value: Math.abs(net), 'aria-label': label }),
  );
}
