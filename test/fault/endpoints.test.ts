import { expect } from 'vitest';
import { faults, type DsmrReader } from '../support/dsmr-reader.ts';
import { print } from '../support/meter-line.ts';
import { asText, endpointsOf, telegramsAt, test } from '../support/scene.ts';
import { until } from '../support/service.ts';

/** A paused endpoint is asked once a minute whether it works again. */
const RESUMED_WITHIN_MS = 80_000;

interface Trouble {
  readonly name: string;
  readonly begin: (server: DsmrReader) => unknown;
  readonly end: (server: DsmrReader) => unknown;
  /** The one line that tells of it, behind the name of the endpoint. */
  readonly line: RegExp;
}

const TROUBLES: readonly Trouble[] = [
  {
    name: 'a wrong key',
    begin: (server) => (server.key = 'another-one'),
    end: (server) => (server.key = 'the-right-one'),
    line: /paused: http:\/\/127\.0\.0\.1:\d+\/\S+ answered 403: Invalid auth key; set key to the one that DSMR-reader shows/,
  },
  {
    name: 'an API that is switched off',
    begin: (server) => (server.enabled = false),
    end: (server) => (server.enabled = true),
    line: /paused: .* answered 405: API is disabled; switch the API on in DSMR-reader/,
  },
  {
    name: 'the address of another web server',
    begin: (server) => (server.fault = faults.otherWebServer()),
    end: (server) => (server.fault = undefined),
    line: /paused: .* answered 200: Router; set url to the address of DSMR-reader itself/,
  },
  {
    name: 'a server that is not running',
    begin: (server) => server.stop(),
    end: (server) => server.start(),
    line: /unavailable: http:\/\/127\.0\.0\.1:\d+ refuses the connection: is the server running there\?/,
  },
];

test.concurrent.for(TROUBLES)(
  '$name is one line with the remedy; once set right, everything kept goes by itself, in order',
  { timeout: RESUMED_WITHIN_MS + 30_000 },
  async ({ begin, end, line }, { scene, expect }) => {
    const server = await scene.server({ key: 'the-right-one' });
    const meter = await scene.tcpLine();
    const config = { source: meter.source, endpoints: endpointsOf({ home: [server, 'v1'] }) };
    await begin(server);
    const service = await scene.service({ config });
    const about = (pattern: RegExp): string[] => service.lines.filter((text) => pattern.test(text));
    await meter.opened();

    const telegrams = scene.telegrams(10);
    await print(meter, telegrams, 50);
    await until(() => about(/endpoint home/).length > 0, 20_000);
    await until(async () => (await service.outbox())[0]?.waiting === 10, 15_000);
    await end(server);
    await until(() => server.rows.length >= 10, RESUMED_WITHIN_MS);

    expect(telegramsAt(server)).toEqual(asText(telegrams));
    await until(() => about(/endpoint home: back after/).length > 0, 15_000);
    expect(about(/endpoint home/)).toEqual([expect.stringMatching(line), expect.stringMatching(/back after/)]);
  },
);

test('a server that repeats the key and the telegram in its answers: the log shows neither', async ({ scene }) => {
  const server = await scene.server();
  server.fault = ({ request, body, send }) => {
    const said = `${String(request.headers['x-authkey'])} ${decodeURIComponent(body.toString())}`;
    send({ status: 503, headers: {}, body: said.slice(0, 400) });
  };
  const meter = await scene.tcpLine();
  const config = { source: meter.source, endpoints: endpointsOf({ home: [server, 'v1'] }), log: { level: 'trace' } };
  const service = await scene.service({ config });
  await meter.opened();
  await print(meter, scene.telegrams(3), 50);
  await until(() => service.lines.some((line) => line.includes('endpoint home: unavailable')), 15_000);
  const { stdout } = await scene.command(['outbox'], { config, stateDir: service.stateDir });

  // The scene itself looks for keys, identifiers and idents in all that was printed.
  expect(service.lines.join('\n')).toContain('answered 503: *** telegram=/***');
  expect(stdout).toContain('answered 503: *** telegram=/***');
});
