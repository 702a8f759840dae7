import { beforeAll, describe, expect } from 'vitest';
import { startService, until, type Service } from '../../support/service.ts';
import { addKey, askWeb, HTTP, jsonBody, test, webUrl, type WebAnswer } from '../../support/web.ts';

/** A house that prints, shown as a HomeWizard and as a DSMR-reader. */
let service: Service;
let url: string;

beforeAll(async () => {
  service = await startService({
    config: {
      sources: [
        { type: 'ingest', name: 'posted' },
        { type: 'simulator', name: 'house', interval: '200ms' },
      ],
      http: HTTP,
      compat: { homewizard: { enabled: true, source: 'house' }, dsmrReader: { enabled: true } },
    },
  });
  url = await webUrl(service);
  await until(async () => (await service.health()).sources[1]!.accepted > 0, 10_000);
  return () => service.end();
}, 30_000);

async function get(path: string): Promise<WebAnswer> {
  return askWeb(url, path);
}

const put = (body: string) => ({ ...jsonBody({}), method: 'PUT', body });

describe('the program in the place of a HomeWizard P1', () => {
  test('as evcc asks: the version of the API, then data under it, whose tariffs it adds up', async () => {
    const device = (await get('/api')).json() as { product_type: string; api_version: string };
    expect([device.product_type, device.api_version]).toEqual(['HWE-P1', 'v1']);
    const answer = await get(`/api/${device.api_version}/data`);
    expect(answer.headers['content-type']).toBe('application/json');
    const data = answer.json() as Record<string, number>;
    const tariffs = Object.keys(data).filter((name) => name.startsWith('total_power_import_t'));
    expect(tariffs).toHaveLength(4);
    const sum = tariffs.reduce((all, name) => all + data[name]!, 0);
    expect(sum).toBeCloseTo(data['total_power_import_kwh']!, 6);
    expect(data['active_power_w']).toEqual(expect.any(Number));
  });

  test('as Home Assistant asks: five keys of the device, the network by which it knows version 1, the cloud', async () => {
    const device = (await get('/api')).json() as Record<string, string>;
    expect(Object.keys(device).sort()).toEqual([
      'api_version',
      'firmware_version',
      'product_name',
      'product_type',
      'serial',
    ]);
    expect((await get('/api')).json()).toEqual(device);
    expect((await get('/api/v1/data')).json()).toHaveProperty('wifi_ssid');
    expect((await get('/api/v1/system')).json()).toEqual({ cloud_enabled: false });
    const off = await askWeb(url, '/api/v1/system', put('{"cloud_enabled": false}'));
    expect([off.status, off.json()]).toEqual([200, { cloud_enabled: false }]);
  });

  test('the newest telegram, with the values that data shows', async () => {
    const [telegram, data] = await Promise.all([get('/api/v1/telegram'), get('/api/v1/data')]);
    expect(telegram.headers['content-type']).toMatch(/^text\/plain/);
    expect(telegram.text).toMatch(/^\/[^/]+![0-9A-F]{4}\r\n$/);
    const [, id] = /0-0:96\.1\.1\((\w+)\)/.exec(telegram.text)!;
    expect(data.json()).toMatchObject({ unique_id: id });
  });

  test('every refusal is in its words, and none is 401', async () => {
    const refusals: [WebAnswer, number, number][] = [
      [await askWeb(url, '/api/v1/system', put('{"cloud_enabled": true}')), 400, 8],
      [await askWeb(url, '/api/v1/system', put('no json')), 400, 2],
      [await askWeb(url, '/api/v1/system', put('{"cloud_enabled": 1}')), 400, 7],
      [await askWeb(url, '/api/v1/system', put(`"${'x'.repeat(70_000)}"`)), 413, 201],
      [await askWeb(url, '/api/v1/data', { method: 'DELETE' }), 405, 901],
      [await askWeb(url, '/api/v1/data', { headers: { host: 'evil.example' } }), 421, 901],
    ];
    for (const [answer, expected, id] of refusals) {
      expect([answer.status, answer.headers['content-type']]).toEqual([expected, 'application/json']);
      expect(answer.json()).toEqual({ error: { id, description: expect.any(String) as string } });
    }
    const wrongKey = await askWeb(url, '/api/v1/data', { headers: { authorization: 'Bearer wrong' } });
    expect(wrongKey.status).toBe(200);
  });

  test('whoever wants to know which device it is finds one line in the log', async () => {
    for (let time = 0; time < 3; time++)
      expect((await askWeb(url, '/api/v1/identify', { method: 'PUT' })).json()).toEqual({ identify: 'ok' });
    const told = () => service.lines.filter((line) => line.includes('web: here I am: 127.0.0.1 asked'));
    await until(() => told().length > 0, 5_000);
    expect(told()).toHaveLength(1);
  });

  test('a DSMR-reader stands beside it, under the same prefix and with its keys', async () => {
    expect((await get('/api/v1/datalogger/dsmrreading')).status).toBe(405);
    expect((await get('/api/v2/application/version')).status).toBe(403);
    const key = addKey(service.stateDir, 'reader', ['status:read']);
    const version = await askWeb(url, '/api/v2/application/version', { headers: { 'x-authkey': key } });
    expect(version.json()).toEqual({ version: '5.11.0' });
  });

  test('where it is not switched on its paths are not there', async ({ house }) => {
    for (const path of ['/api', '/api/v1/data', '/api/v1/telegram', '/api/v1/system']) {
      const { status, headers } = await askWeb(house.url, path);
      expect([status, headers['content-type']]).toEqual([404, 'application/problem+json']);
    }
  });
});
