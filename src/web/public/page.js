/** The page: asks the service now and then, hears of each reading as it comes, and shows both in its cards. */
import { get, getHealth, hearLive, logOut, Problem } from './api.js';
import { showEndpoints } from './cards/endpoints.js';
import { showGaps } from './cards/gaps.js';
import { LiveCard } from './cards/live.js';
import { showLocked, showNow } from './cards/now.js';
import { showTelegrams } from './cards/telegrams.js';
import { showToday } from './cards/today.js';
import { UsageCard } from './cards/usage.js';
import { now, setClock } from './clock.js';
import { askForKey } from './login.js';
import { endpointOf, gapsOf, mediaOf, meterOf, powerOf, sourceOf, todayOf } from './shapes.js';
import { verdictOn } from './verdict.js';
import { language, otherLanguage, say } from './words.js';

const STATUS_MS = 5_000;
const USAGE_MS = 60_000;
const TICK_MS = 1_000;
const GAP_DAYS = 30;
const DAY_MS = 86_400_000;
const LIVE_MS = 600_000;

const at = (id) => document.getElementById(id);
const live = new LiveCard(at('live'));
const usage = new UsageCard(at('usage'));
/** The newest reading of each meter, by its name. */
const meters = new Map();
/** What is metered; undefined until the service has said so. */
let media;

function setLanguage() {
  document.documentElement.lang = language;
  at('language').textContent = say('language');
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = say(element.dataset.text);
  live.say();
}

function hear(reading) {
  const meter = meterOf(reading);
  if (meter === undefined) return;
  meters.set(meter.name, meter);
  showPower();
  const [first] = meters.keys();
  if (meter.name === first) live.add(meter.at, meter.importW - meter.exportW);
}

/** A key for gas alone sees no power; before the first telegram nobody knows what is metered. */
function showPower() {
  const hasPower = meters.size > 0 || media === undefined || media.length === 0 || media.includes('electricity');
  for (const id of ['now', 'live', 'skip']) at(id).hidden = !hasPower;
  showNow(at('now'), [...meters.values()]);
}

/** Time goes on without telegrams, too. */
function tick() {
  if (document.visibilityState !== 'visible') return;
  showPower();
  live.draw();
}

async function refreshStatus() {
  const health = await getHealth();
  setClock(health.date);
  const [{ data }, status] = await Promise.all([get('edge/v1/endpoints'), get('status/data.json')]);
  const endpoints = data.map(endpointOf);
  const sources = status.meters.map((meter) => sourceOf(meter, health));
  showEndpoints(at('endpoints'), endpoints);
  showTelegrams(at('telegrams'), sources);
  showVerdict(...verdictOn(health, endpoints, sources));
}

function showVerdict(look, text) {
  const verdict = at('verdict');
  verdict.className = `state ${look}`;
  if (verdict.textContent !== text) verdict.textContent = text;
}

/** What the minutes before this page say, until its own readings take their place. */
async function beginLive() {
  const [from, to] = [now() - LIVE_MS, now()].map((ms) => new Date(ms).toISOString());
  const points = powerOf(await get('edge/v1/usage', { from, to, resolution: 'minutes' }));
  live.begin(points.filter(([seconds]) => 1_000 * seconds <= now()));
}

async function refreshUsage() {
  const midnight = new Date(new Date().setHours(0, 0, 0, 0));
  const [known, gaps] = await Promise.all([
    get('edge/v1/meters'),
    get('edge/v1/gaps', { from: new Date(Date.now() - GAP_DAYS * DAY_MS).toISOString(), to: new Date().toISOString() }),
  ]);
  media = mediaOf(known);
  showPower();
  const query = { from: midnight.toISOString(), to: new Date().toISOString(), resolution: 'days' };
  const today = media.map(async (medium) => todayOf(medium, await get('edge/v1/usage', { ...query, medium })));
  showToday(at('today'), (await Promise.all(today)).flat());
  showGaps(at('gaps'), gapsOf(gaps, known));
  await usage.show(media);
}

/** Does something now and every so often; where it fails the verdict says so until it works again. */
function every(ms, work) {
  const run = () => work().catch((error) => showVerdict('bad', error instanceof Problem ? error.message : say('away')));
  setInterval(() => document.visibilityState === 'visible' && run(), ms);
  return run();
}

async function begin() {
  setLanguage();
  at('language').addEventListener('click', () => {
    otherLanguage();
    location.reload();
  });
  at('leave').addEventListener('click', async () => {
    await logOut();
    location.reload();
  });
  void every(STATUS_MS, refreshStatus);
  document.addEventListener(
    'visibilitychange',
    () => document.visibilityState === 'visible' && refreshStatus().catch(() => undefined),
  );
  const { scopes, session_id } = await get('edge/v1/permissions');
  at('leave').hidden = session_id === '0';
  if (!scopes.includes('usage:read')) {
    showLocked(at('now'), () => askForKey(at('login')).then(() => location.reload()));
    return;
  }
  document.body.classList.add('open');
  showPower();
  await beginLive().catch(() => undefined);
  setInterval(tick, TICK_MS);
  hearLive(hear, (isConnected) => isConnected || showVerdict('bad', say('away')));
  await every(USAGE_MS, refreshUsage);
}

begin().catch((error) => showVerdict('bad', `${say('away')} ${error.message}`));
