/** The page: asks the service now and then, hears of each reading as it comes, and shows both in its cards. */
import { get, hearLive, logOut } from './api.js';
import { showEndpoints } from './cards/endpoints.js';
import { showGaps } from './cards/gaps.js';
import { LiveCard } from './cards/live.js';
import { showLocked, showNow } from './cards/now.js';
import { showTelegrams } from './cards/telegrams.js';
import { showToday } from './cards/today.js';
import { UsageCard } from './cards/usage.js';
import { count } from './format.js';
import { askForKey } from './login.js';
import { endpointOf, gapsOf, meterOf, sourceOf, todayOf } from './shapes.js';
import { language, otherLanguage, say } from './words.js';

const STATUS_MS = 5_000;
const USAGE_MS = 60_000;
const GAP_DAYS = 30;
const DAY_MS = 86_400_000;
const LIVE_MS = 600_000;

const at = (id) => document.getElementById(id);
const live = new LiveCard(at('live'));
const usage = new UsageCard(at('usage'));
/** The newest reading of each meter, by its name. */
const meters = new Map();
let media = ['electricity'];

function setLanguage() {
  document.documentElement.lang = language;
  at('language').textContent = say('language');
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = say(element.dataset.text);
  live.say();
}

function showLive(reading) {
  const meter = meterOf(reading);
  meters.set(meter.name, meter);
  showNow(at('now'), [...meters.values()]);
  const [first] = meters.keys();
  if (meter.name === first) live.add(meter.at, meter.importW - meter.exportW);
}

async function refreshStatus() {
  const [{ data }, status] = await Promise.all([get('edge/v1/endpoints'), get('status/data.json')]);
  const endpoints = data.map(endpointOf);
  const sources = status.meters.map(sourceOf);
  showEndpoints(at('endpoints'), endpoints);
  showTelegrams(at('telegrams'), sources);
  showVerdict(...verdictOn(endpoints, sources));
}

/** What anybody wants to know first. */
function verdictOn(endpoints, sources) {
  const silent = sources.filter(({ isFresh }) => !isFresh).map(({ name }) => name);
  if (silent.length > 0) return ['bad', say('noMeter', { names: silent.join(', ') })];
  const behind = endpoints.filter(({ status, waiting }) => status !== 'green' && waiting > 0);
  if (behind.length > 0) return ['warn', sayOf('behind', behind, 'waiting')];
  const lossy = endpoints.filter(({ lost }) => lost > 0);
  return lossy.length > 0 ? ['warn', sayOf('notAll', lossy, 'lost')] : ['good', say('allWell')];
}

/** How many telegrams it is, at which endpoints. */
function sayOf(word, endpoints, amount) {
  const n = count(endpoints.reduce((sum, endpoint) => sum + endpoint[amount], 0));
  return say(word, { n, names: endpoints.map(({ name }) => name).join(', ') });
}

function showVerdict(look, text) {
  const verdict = at('verdict');
  verdict.className = `state ${look}`;
  if (verdict.textContent !== text) verdict.textContent = text;
}

/** What the minutes before this page say, until its own readings take their place. */
async function beginLive() {
  const [from, to] = [Date.now() - LIVE_MS, Date.now()].map((ms) => new Date(ms).toISOString());
  const { data } = await get('edge/v1/usage', { from, to, resolution: 'minutes' });
  live.begin(data.filter(({ level }) => level !== null).map((point) => [Date.parse(point.to) / 1_000, point.level]));
}

async function refreshUsage() {
  const midnight = new Date(new Date().setHours(0, 0, 0, 0));
  const [known, gaps] = await Promise.all([
    get('edge/v1/meters'),
    get('edge/v1/gaps', { from: new Date(Date.now() - GAP_DAYS * DAY_MS).toISOString(), to: new Date().toISOString() }),
  ]);
  media = [
    'electricity',
    ...new Set(known.data.map(({ medium }) => medium).filter((medium) => medium !== 'electricity')),
  ];
  const query = { from: midnight.toISOString(), to: new Date().toISOString(), resolution: 'days' };
  const today = media.map(async (medium) => todayOf(medium, await get('edge/v1/usage', { ...query, medium })));
  showToday(at('today'), (await Promise.all(today)).flat());
  showGaps(at('gaps'), gapsOf(gaps));
  await usage.show(media);
}

/** Does something now and every so often; where it fails the verdict says so until it works again. */
function every(ms, work) {
  const run = () => work().catch(() => showVerdict('bad', say('away')));
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
  showNow(at('now'), []);
  await beginLive().catch(() => undefined);
  hearLive(showLive, (isConnected) => isConnected || showVerdict('bad', say('away')));
  await every(USAGE_MS, refreshUsage);
}

begin().catch((error) => showVerdict('bad', `${say('away')} ${error.message}`));
