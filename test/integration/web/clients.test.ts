import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { startService, temporaryFolder, until, type Service } from '../../support/service.ts';
import { describeWithTools } from '../../support/tools.ts';
import { addKey, askWeb, bearer, HTTP, jsonBody, test, webUrl } from '../../support/web.ts';

const run = promisify(execFile);

/**
 * A client as the documentation of an API of metered records prints it, with its two URLs changed and its two misprints mended: a line
 * that was wrapped within a string, and `*` for `**`.
 */
const CLIENT = `
import logging
import sys
import requests

BASE = sys.argv[1]

def login(username, password):
    """
    login and get a token which can be used for the next 6 hours
    """
    login_url = BASE + '/edge/v1/login'

    response = requests.post(
        login_url,
        json={
            'username': username,
            'password': password
        }
    )
    token = response.json()['data']['token']
    assert token is not None
    return token

def get_records(token, macaddress, starting_id=0):
    url = BASE + '/edge/v1/records?macaddress={}&starting_id={}'.format(macaddress, starting_id)

    # -----
    # get up to a full week's records for each request
    page_size = 1440 * 7
    # -----

    page_num = 1
    url_page_n = url + '&page={}&per_page={}'.format(page_num, page_size)
    logging.debug(url_page_n)

    response = requests.get(
        url_page_n,
        headers={
            'Authorization': 'Bearer {}'.format(token)
        }
    )
    if response.status_code != 200:
        raise ValueError(response['Reason'])

    records = list()
    while len(response.json()):
        records.extend(response.json())

        logging.info('Received records up to {ts_date} {ts_time}'.format(**records[-1]))
        page_num += 1
        url_page_n = url + '&page={}&per_page={}'.format(page_num, page_size)
        logging.debug(url_page_n)
        response = requests.get(
            url_page_n,
            headers={
                'Authorization': 'Bearer {}'.format(token)
            }
        )
        if response.status_code != 200:
            raise ValueError(response['Reason'])

    return records

_, base, name, key, mac, starting_id = sys.argv
for record in get_records(login(name, key), mac, starting_id):
    print(record['id'])
`;

const START = new Date('2026-01-31T11:00:00Z');

let service: Service;
let url: string;
let key: string;
let script: string;

beforeAll(async () => {
  const house = simulateHouse({ start: START, seed: 3, phases: 1 });
  const folder = await temporaryFolder();
  const capture = join(folder, 'capture.bin');
  script = join(folder, 'client.py');
  writeFileSync(script, CLIENT);
  writeFileSync(capture, Buffer.concat(Array.from({ length: 1_000 }, () => house.next().value)));
  const source = { type: 'file', name: 'house', path: capture };
  service = await startService({ config: { source, endpoints: [], http: HTTP } });
  url = await webUrl(service);
  key = addKey(service.stateDir, 'reader', ['usage:read']);
  // 17 minutes of electricity, 4 values of gas: all that the capture closes.
  await until(async () => (await recordsFrom(0)).length === 21, 30_000);
  return () => service.end();
}, 60_000);

interface Row {
  readonly id: number;
  readonly macaddress: string;
}

async function recordsFrom(startingId: number): Promise<Row[]> {
  const answer = await askWeb(url, `/edge/v1/records?starting_id=${startingId}`, bearer(key));
  return answer.status === 200 ? (answer.json() as Row[]) : [];
}

describeWithTools('a client of metered records in Python', ['python3'], () => {
  test('fetches every record once, and later only what is new', async () => {
    const all = await recordsFrom(0);
    const { macaddress } = all[0]!;
    const fetch = async (startingId: number): Promise<number[]> => {
      const { stdout } = await run('python3', [script, url, 'reader', key, macaddress, String(startingId)]);
      return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number(line)]));
    };
    const first = await fetch(0);
    expect(first).toEqual(all.map(({ id }) => id));
    expect(await fetch(first.at(-1)! + 1)).toEqual([]);
    expect(await fetch(first.at(-3)! + 1)).toEqual(first.slice(-2));
  });
});

describeWithTools('requests by cURL', ['curl'], () => {
  const curl = async (path: string): Promise<Record<string, unknown>> => {
    const { stdout } = await run('curl', ['-s', '-H', `Authorization: basic ${key}`, `${url}${path}`]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  describe('usage of a month and of days', () => {
    test.for([
      '/edge/v1/aggregate/usage?date=2026-01-01T0:00:00-00:00',
      '/edge/v1/aggregate/usage?date=2026-01-01T0:00:00-00:00&marker=tariff',
      '/edge/v1/aggregate/usage/meters?date=2026-01-01T0:00:00-00:00',
      '/edge/v1/aggregate/usage/meters?date=2026-01-01T0:00:00-00:00&marker=tariff',
      '/edge/v1/aggregate/usage/meters/house?date=2026-01-01T0:00:00-00:00',
      '/edge/v1/series/usage?start=2026-01-01T00:00:00Z&end=2026-02-05T00:00:00Z',
      '/edge/v1/series/usage?start=2026-01-01T00:00:00Z&end=2026-02-05T00:00:00Z&marker=tariff&markerValue=2',
      '/edge/v1/series/usage/meters/house?start=2026-01-01T00:00:00Z&end=2026-02-05T00:00:00Z',
    ])('%s', async (path) => {
      const { data } = (await curl(path)) as { data: { usage?: { unit: string }; unit?: string }[] };
      expect(data.length).toBeGreaterThan(0);
      for (const row of data) expect(row.usage?.unit ?? row.unit).toBe('Wh');
    });
  });

  test('who is there, what is metered, and what a session may', async () => {
    const login = jsonBody({ username: 'reader', password: key });
    const { data } = (await askWeb(url, '/edge/v1/login', login)).json() as {
      data: { token: string; session_id: string };
    };
    const { session_id } = (await askWeb(url, '/edge/v1/permissions', bearer(data.token))).json() as typeof data;
    expect([session_id, session_id === '0']).toEqual([data.session_id, false]);
    expect((await askWeb(url, '/edge/v1/permissions')).json()).toMatchObject({
      session_id: '0',
      scopes: ['status:read'],
    });

    const makers = [{ key: 'manufacturer', values: [{ value: 'SIM', name: null }] }];
    expect(await curl('/edge/v1/markers?key=manufacturer')).toEqual({ data: makers });
    expect(await curl('/edge/v1/markers?key=tariff')).toEqual({
      data: [
        {
          key: 'tariff',
          values: [
            { value: '1', name: 'low' },
            { value: '2', name: 'normal' },
          ],
        },
      ],
    });
    expect(await curl('/edge/v1/markers?key=medium')).toMatchObject({
      data: [{ values: [{ value: 'electricity' }, { value: 'gas' }] }],
    });
    expect(await curl('/edge/v1/meters?manufacturer=SIM&medium=electricity')).toMatchObject({
      data: [{ id: 'house' }],
    });
    expect(await curl('/edge/v1/meters?manufacturer=KFM')).toEqual({ data: [] });
    const { data: registers } = (await curl('/edge/v1/meters/house/registers?prefix=energyReturned')) as {
      data: { obis: string }[];
    };
    expect(registers.map(({ obis }) => obis)).toEqual(['1-0:2.8.1', '1-0:2.8.2']);
  });
});
