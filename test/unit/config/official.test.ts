import { describe, expect, test } from 'vitest';
import { machine, problemsOf, type Env } from './surroundings.ts';

// Names, defaults and meanings: DSMR-reader v5, documentation of the remote datalogger.
const PREFIX = 'DSMRREADER_REMOTE_DATALOGGER_';
const MINIMAL: Env = {
  [`${PREFIX}INPUT_METHOD`]: 'serial',
  [`${PREFIX}SERIAL_PORT`]: '/dev/ttyUSB0',
  [`${PREFIX}API_HOSTS`]: 'http://192.168.1.10:7777',
  [`${PREFIX}API_KEYS`]: 'KEY-1',
};
const more = (variables: Env): Env =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [PREFIX + name, value]));
const dotenv = (variables: Env) =>
  Object.entries(variables)
    .map((pair) => pair.join('='))
    .join('\n');

describe("the variables of DSMR-reader's own script", () => {
  test('are a configuration without a file', async () => {
    const { config, warnings, origin } = await machine().load(MINIMAL);
    expect(config.sources).toEqual([
      {
        name: 'serial',
        type: 'serial',
        checksum: 'required',
        silenceMs: 15_000,
        patienceMs: 60_000,
        timeZone: 'Europe/Amsterdam',
        settings: { port: '/dev/ttyUSB0', baudRate: 115_200, dataBits: 8, parity: 'none' },
      },
    ]);
    expect(config.endpoints).toEqual([
      {
        name: 'server1',
        type: 'dsmr-v1',
        source: undefined,
        isOfAllSources: false,
        isLiveOnly: false,
        intervalMs: 0,
        rate: 'adaptive',
        from: 'now',
        formerly: undefined,
        onAmbiguous: 'verify',
        verifyWindowMs: 120_000,
        thinBacklogMs: 10_000,
        settings: { url: 'http://192.168.1.10:7777', key: 'KEY-1', timeout: 20_000 },
      },
    ]);
    expect(config.log.level).toBe('info');
    expect(warnings).toEqual([]);
    expect(origin).toBe('the DSMRREADER_REMOTE_DATALOGGER_… variables');
  });

  test('of a meter of DSMR 2 or 3 mean a line without checksums', async () => {
    const { config } = await machine().load({
      ...MINIMAL,
      ...more({ SERIAL_BAUDRATE: '9600', SERIAL_BYTESIZE: '7', SERIAL_PARITY: 'E' }),
    });
    expect(config.sources[0]).toMatchObject({
      checksum: 'absent',
      silenceMs: 35_000,
      patienceMs: 120_000,
      settings: { baudRate: 9_600, dataBits: 7, parity: 'even' },
    });
  });

  test('of a port on the network mean a tcp source', async () => {
    const { config } = await machine().load({
      ...MINIMAL,
      ...more({ INPUT_METHOD: 'ipv4', NETWORK_HOST: '192.168.1.20', NETWORK_PORT: '2001' }),
    });
    expect(config.sources[0]).toMatchObject({ type: 'tcp', settings: { host: '192.168.1.20', port: 2_001 } });
  });

  test('may name several servers', async () => {
    const { config } = await machine().load({
      ...MINIMAL,
      ...more({ API_HOSTS: 'http://a, https://b/dsmr ,http://c', API_KEYS: 'KEY-A,123,E' }),
    });
    const servers = config.endpoints.map(({ name, settings }) => [name, settings['url'], settings['key']]);
    expect(servers).toEqual([
      ['server1', 'http://a', 'KEY-A'],
      ['server2', 'https://b/dsmr', '123'],
      ['server3', 'http://c', 'E'],
    ]);
  });

  test.each([
    ['0.5', 0],
    ['0.99', 0],
    ['1', 1_000],
    ['2.5', 2_500],
    ['10', 10_000],
  ])('sleep of %s s is an interval of %i ms', async (sleep, intervalMs) => {
    const { config } = await machine().load({ ...MINIMAL, ...more({ SLEEP: sleep }) });
    expect(config.endpoints[0]?.intervalMs).toBe(intervalMs);
  });

  test('time-out is for the line and for the servers', async () => {
    const { config } = await machine().load({ ...MINIMAL, ...more({ TIMEOUT: '30.5' }) });
    expect(config.sources[0]?.silenceMs).toBe(30_500);
    expect(config.endpoints[0]?.settings['timeout']).toBe(30_500);
  });

  test.each([
    ['True', 'debug'],
    ['1', 'debug'],
    ['false', 'info'],
    ['', 'info'],
  ])('debug logging %j is the level %s', async (text, level) => {
    const { config } = await machine().load({ ...MINIMAL, ...more({ DEBUG_LOGGING: text }) });
    expect(config.log.level).toBe(level);
  });

  test('are joined by P1_RELAY_… variables', async () => {
    const { config } = await machine().load({
      ...MINIMAL,
      P1_RELAY_STATE__DIR: '/data',
      P1_RELAY_ENDPOINTS__0__RATE: 'off',
      P1_RELAY_SOURCE__CHECKSUM: 'absent',
    });
    expect(config.stateDir.path).toBe('/data');
    expect(config.endpoints[0]).toMatchObject({ name: 'server1', rate: 'off' });
    expect(config.sources[0]?.checksum).toBe('absent');
  });

  test('count for nothing beside a file', async () => {
    const { config } = await machine({ 'work/config.yaml': 'source: { type: simulator }\n' }).load(MINIMAL);
    expect(config).toMatchObject({ sources: [{ type: 'simulator' }], endpoints: [] });
  });

  test.each(['work/.env', 'home/dsmr/.env'])('are found in %s, beside other settings', async (path) => {
    const text = `# DSMR-reader\nDJANGO_SECRET_KEY="x=y"\n\n${dotenv(MINIMAL)}\n${PREFIX}SLEEP = '2'\r\nno assignment\n`;
    const { config } = await machine({ [path]: text }).load();
    expect(config.endpoints[0]).toMatchObject({ intervalMs: 2_000, settings: { key: 'KEY-1' } });
  });

  test('of the environment win over ./.env, that over the file of the user dsmr', async () => {
    const files = {
      'home/dsmr/.env': dotenv({ ...MINIMAL, ...more({ SERIAL_PORT: '/dev/home', API_KEYS: 'home', SLEEP: '3' }) }),
      'work/.env': dotenv(more({ SERIAL_PORT: '/dev/work', API_KEYS: 'work' })),
    };
    const { config } = await machine(files).load(more({ API_KEYS: 'environment' }));
    expect(config.sources[0]?.settings['port']).toBe('/dev/work');
    expect(config.endpoints[0]).toMatchObject({ intervalMs: 3_000, settings: { key: 'environment' } });
  });

  test('are known by the names of version 4 too, with a notice', async () => {
    const older = Object.fromEntries(
      Object.entries(MINIMAL).map(([name, text]) => [name.replace('DSMRREADER_REMOTE_', ''), text]),
    );
    const { config, warnings } = await machine().load(older);
    expect(config.endpoints[0]?.settings['key']).toBe('KEY-1');
    expect(warnings).toEqual([
      'DATALOGGER_INPUT_METHOD: an older name, still read; it is DSMRREADER_REMOTE_DATALOGGER_… since DSMR-reader 5',
    ]);
  });

  test('that have no meaning here are named once', async () => {
    const { warnings } = await machine().load({ ...MINIMAL, ...more({ MIN_SLEEP_FOR_RECONNECT: '5' }) });
    expect(warnings).toEqual([
      `${PREFIX}MIN_SLEEP_FOR_RECONNECT: ignored, the wait before a new connection grows from 1 s to 30 s by itself`,
    ]);
  });
});

test('a .env that cannot be read is named where nothing else is found', async () => {
  const { root, load } = machine({ 'work/.env/file': '' });
  const problems = await problemsOf(load());
  expect(problems[0]).toBe(`${root}/work/.env: is a folder, expected a file`);
  expect(problems[1]).toMatch(/^no configuration: /);
});

describe("what is wrong with the variables of DSMR-reader's own script", () => {
  test.each<[string, Env, string[]]>([
    [
      'all but the port is missing',
      more({ SERIAL_PORT: '/dev/ttyUSB0' }),
      [
        `${PREFIX}API_HOSTS: missing, expected the address of a server such as http://192.168.1.10:7777`,
        `${PREFIX}API_KEYS: missing, expected an API key for each of ${PREFIX}API_HOSTS, in its order`,
        `${PREFIX}INPUT_METHOD: missing, expected one of serial, ipv4`,
      ],
    ],
    [
      'an unknown input method',
      { ...MINIMAL, ...more({ INPUT_METHOD: 'ipv6' }) },
      [`${PREFIX}INPUT_METHOD: got "ipv6", expected one of serial, ipv4; did you mean "ipv4"?`],
    ],
    [
      'a network without a host',
      { ...MINIMAL, ...more({ INPUT_METHOD: 'ipv4', NETWORK_PORT: 'p1' }) },
      [
        `${PREFIX}NETWORK_HOST source.host: missing, expected a text`,
        `${PREFIX}NETWORK_PORT source.port: got "p1", expected a number`,
      ],
    ],
    [
      'fewer keys than servers',
      { ...MINIMAL, ...more({ API_HOSTS: 'http://a,http://b' }) },
      [`${PREFIX}API_KEYS: got 1, expected 2: one for each of ${PREFIX}API_HOSTS, in its order`],
    ],
    [
      'wrong values',
      { ...MINIMAL, ...more({ API_HOSTS: '192.168.1.10', SERIAL_PARITY: 'O', TIMEOUT: 'soon' }) },
      [
        `${PREFIX}API_HOSTS endpoints[0].url: got "192.168.1.10", expected an address such as http://192.168.1.10:7777; did you mean "http://192.168.1.10"?`,
        `${PREFIX}SERIAL_PARITY source.parity: got "O", expected one of none, even`,
        `${PREFIX}TIMEOUT endpoints[0].timeout: got "soon", expected a time such as 20s, 5m, 1h or 30d, or a number of seconds`,
        `${PREFIX}TIMEOUT source.silence: got "soon", expected a time such as 20s, 5m, 1h or 30d, or a number of seconds`,
      ],
    ],
  ])('is told by the name of the variable: %s', async (_, env, problems) => {
    expect(await problemsOf(machine().load(env))).toEqual(problems);
  });
});
