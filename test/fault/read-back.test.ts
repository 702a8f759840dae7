import { expect } from 'vitest';
import { faults, type DsmrReader, type DsmrReaderOptions, type Fault } from '../support/dsmr-reader.ts';
import { record } from '../support/findings.ts';
import { print } from '../support/meter-line.ts';
import { asText, endpointsOf, telegramsAt, test } from '../support/scene.ts';
import { until, type Service } from '../support/service.ts';

const TELEGRAMS = 40;

interface FarSide {
  readonly name: string;
  readonly options?: DsmrReaderOptions;
  readonly list?: Fault;
  readonly onAmbiguous?: 'verify' | 'resend' | 'drop';
  /** What becomes of the letters whose answer was lost. */
  readonly known: 'found' | 'possiblyTwice' | 'possiblyLost';
}

const FAR_SIDES: readonly FarSide[] = [
  { name: 'lists all that it has', known: 'found' },
  { name: 'is behind a front end that hides its list', list: faults.otherWebServer(404), known: 'possiblyTwice' },
  { name: 'lets nobody read its list', list: faults.status(403, { body: 'Forbidden' }), known: 'possiblyTwice' },
  { name: 'overrides time stamps', options: { overridesTimestamps: true }, known: 'possiblyTwice' },
  { name: 'is not asked, as somebody wants it', onAmbiguous: 'resend', known: 'possiblyTwice' },
  { name: 'has cleaned up but the ends of each hour', options: { keepsAllForMs: 60_000 }, known: 'found' },
  {
    name: 'is not sent to again, as somebody wants it',
    list: faults.status(404),
    onAmbiguous: 'drop',
    known: 'possiblyLost',
  },
];

test.concurrent.for(FAR_SIDES)(
  'answers lost by a server that $name: nothing lost or out of order, and what came twice is counted',
  async ({ name, options, list, onAmbiguous = 'verify', known }, { scene }) => {
    const server = await scene.server(options);
    const struck = losesAnswers();
    server.fault = faults.onlyFor('posts', struck.fault, list && faults.onlyFor('list', list));
    const line = await scene.tcpLine();
    const [endpoint] = endpointsOf({ home: [server, 'v1'] });
    const config = { source: line.source, endpoints: [{ ...endpoint, onAmbiguous, verifyWindow: '1s' }] };
    const service = await scene.service({ config });
    await line.opened();
    const telegrams = scene.telegrams(TELEGRAMS);
    await print(line, telegrams, 20);
    await until(async () => (await accounted(service)) === TELEGRAMS, 50_000);
    const [counts] = (await service.health()).endpoints;

    const { found, possiblyTwice, possiblyLost } = counts!;
    const verdict = judgeTexts(server, asText(telegrams));
    record({
      fault: `answers lost by a server that ${name}`,
      tried: struck.times(),
      ...verdict,
      // What is said to have come twice, where nobody can be asked, is no surprise.
      twice: verdict.twice - possiblyTwice,
      note: `${found} found, ${possiblyTwice} counted as possibly twice, ${possiblyLost} as possibly lost`,
    });
    expect(struck.times()).toBeGreaterThan(2);
    expect(verdict).toEqual({ lost: 0, outOfOrder: 0, twice: known === 'possiblyTwice' ? struck.times() : 0 });
    expect({ found, possiblyTwice, possiblyLost }).toEqual({
      ...{ found: 0, possiblyTwice: 0, possiblyLost: 0 },
      [known]: struck.times(),
    });
  },
);

/** Letters of which its one endpoint knows what became of them, or that nobody will know it. */
async function accounted(service: Service): Promise<number> {
  const [counts] = (await service.health()).endpoints;
  return counts!.delivered + counts!.possiblyLost;
}

/** Each eighth letter is stored, and its answer never comes; not when it comes again. */
function losesAnswers(): { fault: Fault; times: () => number } {
  let [posts, times] = [0, 0];
  const lost = faults.reset({ stored: true });
  const fault: Fault = (exchange) => {
    posts += 1;
    if (posts % 8 === 0) {
      times += 1;
      return lost(exchange);
    }
    exchange.send(exchange.handle());
  };
  return { fault, times: () => times };
}

/** Known by its bytes: stamps may be the server's. */
function judgeTexts(server: DsmrReader, printed: readonly string[]) {
  const places = telegramsAt(server).map((text) => printed.indexOf(text));
  const first = [...new Set(places)];
  return {
    lost: printed.length - first.length,
    twice: places.length - first.length,
    outOfOrder: first.filter((place, index) => index > 0 && place < first[index - 1]!).length,
  };
}
