import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { startService, temporaryFolder, type Service } from '../../support/service.ts';
import { describeWithTools } from '../../support/tools.ts';
import { addKey, HTTP, test, webUrl } from '../../support/web.ts';

/** What DSMR-reader's own documentation of its API shows, as it stands there: only address and key are put in, and `python3` for `python`. */

const run = promisify(execFile);
const HOST = 'http://YOUR-DSMR-URL';
const KEY = 'YOUR-API-KEY';

let service: Service;
let url: string;
let key: string;
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  service = await startService({
    config: {
      ...{ source: { type: 'ingest', name: 'esp' }, endpoints: [], http: HTTP },
      compat: { dsmrReader: { enabled: true } },
    },
  });
  url = await webUrl(service);
  key = addKey(service.stateDir, 'esp', ['ingest:write', 'usage:read']);
  return () => service.end();
});

function filledIn(example: string): string {
  return example.replaceAll(HOST, url).replaceAll(KEY, key).replaceAll('| python -m', '| python3 -m');
}

/** What an example for a shell prints. */
async function shell(example: string): Promise<string> {
  return (await run('bash', ['-c', filledIn(example)])).stdout;
}

async function python(example: string): Promise<string> {
  return (await run('python3', ['-c', filledIn(example)])).stdout;
}

async function accepted(): Promise<number> {
  return (await service.health()).sources[0]!.accepted;
}

/** The result that the documentation prints, and the fields that came later. */
const CREATED = {
  id: expect.any(Number) as number,
  timestamp: '2017-04-15T00:00:00+02:00',
  electricity_delivered_1: '2000.000',
  electricity_returned_1: '0.000',
  electricity_delivered_2: '3000.000',
  electricity_returned_2: '0.000',
  electricity_currently_delivered: '1.500',
  electricity_currently_returned: '0.025',
  phase_currently_delivered_l1: null,
  phase_currently_delivered_l2: null,
  phase_currently_delivered_l3: null,
  extra_device_timestamp: null,
  extra_device_delivered: null,
};

const REMOTE_DATALOGGER = `
import requests  # Tested with requests==2.9.1

telegram_string = ''.join([
    "/KFM5KAIFA-METER\\r\\n",
    "\\r\\n",
    "1-3:0.2.8(42)\\r\\n",
    "0-0:1.0.0(160303164347W)\\r\\n",
    "0-0:96.1.1(*******************************)\\r\\n",
    "1-0:1.8.1(001073.079*kWh)\\r\\n",
    "1-0:1.8.2(001263.199*kWh)\\r\\n",
    "1-0:2.8.1(000000.000*kWh)\\r\\n",
    "1-0:2.8.2(000000.000*kWh)\\r\\n",
    "0-0:96.14.0(0002)\\r\\n",
    "1-0:1.7.0(00.143*kW)\\r\\n",
    "1-0:2.7.0(00.000*kW)\\r\\n",
    "0-0:96.7.21(00006)\\r\\n",
    "0-0:96.7.9(00003)\\r\\n",
    "1-0:99.97.0(1)(0-0:96.7.19)(000101000001W)(2147483647*s)\\r\\n",
    "1-0:32.32.0(00000)\\r\\n",
    "1-0:32.36.0(00000)\\r\\n",
    "0-0:96.13.1()\\r\\n",
    "0-0:96.13.0()\\r\\n",
    "1-0:31.7.0(000*A)\\r\\n",
    "1-0:21.7.0(00.143*kW)\\r\\n",
    "1-0:22.7.0(00.000*kW)\\r\\n",
    "!74B0\\n",
])

# Register telegram by simply sending it to the application with a POST request.
response = requests.post(
    'http://YOUR-DSMR-URL/api/v1/datalogger/dsmrreading',
    headers={'X-AUTHKEY': 'YOUR-API-KEY'},
    data={'telegram': telegram_string},
)

# You will receive a status 201 when successful.
if response.status_code != 201:
    # Or you will find the error (hint) in the reponse body on failure.
    print('Error: {}'.format(response.text))
`;

const CREATE_BY_CURL = `
# Please note that the plus symbol "+" has been replaced by "%2B" here, to make it work for cURL.
curl http://YOUR-DSMR-URL/api/v2/datalogger/dsmrreading \\
      -d 'timestamp=2017-04-15T00:00:00%2B02&electricity_currently_delivered=1.5&electricity_currently_returned=0.025&electricity_delivered_1=2000&electricity_delivered_2=3000&electricity_returned_1=0&electricity_returned_2=0' \\
      -H 'X-AUTHKEY: YOUR-API-KEY' | python -m json.tool
`;

const CREATE_BY_REQUESTS = `
import requests
import json

response = requests.post(
    'http://YOUR-DSMR-URL/api/v2/datalogger/dsmrreading',
    headers={'X-AUTHKEY': 'YOUR-API-KEY'},
    data={
        'electricity_currently_delivered': 1.500,
        'electricity_currently_returned': 0.025,
        'electricity_delivered_1': 2000,
        'electricity_delivered_2': 3000,
        'electricity_returned_1': 0,
        'electricity_returned_2': 0,
        'timestamp': '2017-04-15T00:00:00+02',
    }
)

if response.status_code != 201:
    print('Error: {}'.format(response.text))
else:
    print('Created: {}'.format(json.loads(response.text)))
`;

const get = (path: string): string => `
import requests
import json

response = requests.get(
    'http://YOUR-DSMR-URL/api/v2/${path}',
    headers={'X-AUTHKEY': 'YOUR-API-KEY'},
)

if response.status_code != 200:
    print('Error: {}'.format(response.text))
else:
    print('Response: {}'.format(json.loads(response.text)))
`;
const curl = (path: string): string => `
curl 'http://YOUR-DSMR-URL/api/v2/${path}' \\
    -H 'X-AUTHKEY: YOUR-API-KEY' | python -m json.tool
`;

describeWithTools("the examples of DSMR-reader's documentation", ['bash', 'curl', 'python3'], () => {
  test('a telegram that is none is turned down, by cURL and by requests', async () => {
    const response = `
import requests
print(requests.post(
     'http://YOUR-DSMR-URL/api/v1/datalogger/dsmrreading',
     headers={'X-AUTHKEY': 'YOUR-API-KEY'},
     data={'telegram': 'xxxxx'},
 ).text)`;
    const byCurl = `
curl http://YOUR-DSMR-URL/api/v1/datalogger/dsmrreading \\
     -d 'telegram=xxxxx' \\
     -H 'X-AUTHKEY: YOUR-API-KEY'`;
    expect(await shell(byCurl)).toBe('Failed to parse telegram');
    expect(await python(response)).toBe('Failed to parse telegram\n');
  });

  test('the telegram that is printed there lost its checksum with its number; with one that fits it is taken', async () => {
    expect(await python(REMOTE_DATALOGGER)).toBe('Error: Failed to parse telegram\n');
    expect(await python(REMOTE_DATALOGGER.replace('!74B0', '!A97E'))).toBe('');
    expect(await accepted()).toBe(1);
  });

  test('values are taken and answered, by cURL and by requests', async () => {
    expect(JSON.parse(await shell(CREATE_BY_CURL))).toMatchObject(CREATED);
    const later = CREATE_BY_REQUESTS.replace('2017-04-15T00:00:00', '2017-04-15T00:00:10');
    expect(await python(later)).toMatch(/^Created: \{'id': \d+, 'timestamp': '2017-04-15T00:00:10\+02:00',/);
    expect(await accepted()).toBe(3);
  });

  describe('readings', () => {
    const PERIOD = 'timestamp__gte=2017-04-01%2000:00:00&timestamp__lte=2017-05-01%2000:00:00';
    const times = (text: string): string[] =>
      (JSON.parse(text) as { results: { timestamp: string }[] }).results.map(({ timestamp }) => timestamp);

    test('all of them', async () => {
      expect(times(await shell(curl('datalogger/dsmrreading')))).toEqual([
        '2016-03-03T15:43:47Z',
        '2017-04-14T22:00:00Z',
        '2017-04-14T22:00:10Z',
      ]);
      expect(await python(get('datalogger/dsmrreading'))).toMatch(/^Response: \{'count': 3, 'next': None,/);
    });

    test('the newest', async () => {
      const path = 'datalogger/dsmrreading?ordering=-timestamp&limit=1';
      const printed = await shell(curl(path));
      expect(times(printed)).toEqual(['2017-04-14T22:00:10Z']);
      expect(JSON.parse(printed)).toMatchObject({
        count: 3,
        next: `${url}/api/v2/datalogger/dsmrreading?limit=1&offset=1&ordering=-timestamp`,
        previous: null,
      });
      expect(await python(get(path))).toContain("'timestamp': '2017-04-14T22:00:10Z'");
    });

    test('those of a month', async () => {
      expect(times(await shell(curl(`datalogger/dsmrreading?${PERIOD}`)))).toHaveLength(2);
      // From 3 March 2016 to 15 April 2017. As it is printed there: a blank in the address, and the filter of another list, which this one does not know.
      const blank = PERIOD.replaceAll('%20', ' ');
      expect(await python(get(`statistics/day?${blank}`))).toMatch(/^Response: \{'count': 409, 'next': 'http/);
    });
  });

  test.for(['consumption/today', 'statistics/day?ordering=-day', 'statistics/hour?limit=1'])('%s', async (path) => {
    expect(await python(get(path))).toMatch(/^Response: /);
  });
});

/** The part of pyserial that the script uses, on a file. */
const PYSERIAL = `
from serial.serialutil import SerialException

EIGHTBITS, PARITY_NONE, STOPBITS_ONE = 8, 'N', 1

class Serial:
    def open(self):
        self.file = open(self.port, 'rb')

    def readline(self):
        line = self.file.readline()
        if line == b'':
            raise SerialException('it was pulled')
        return line
`;

const SCRIPT = `
from time import sleep

from serial.serialutil import SerialException
import requests
import serial


API_SERVERS = (
    ('http://HOST-OR-IP-ONE/api/v1/datalogger/dsmrreading', 'APIKEY-BLABLABLA-ABCDEFGHI'),
###    ('http://HOST-OR-IP-TWO/api/v1/datalogger/dsmrreading', 'APIKEY-BLABLABLA-JKLMNOPQR'),
)


def main():
    print ('Starting...')

    for telegram in read_telegram():
        print('Telegram read')
        print(telegram)

        for current_server in API_SERVERS:
            api_url, api_key = current_server

            print('Sending telegram to:', api_url)
            send_telegram(telegram, api_url, api_key)

        sleep(1)


def read_telegram():
    """ Reads the serial port until we can create a reading point. """
    serial_handle = serial.Serial()
    serial_handle.port = '/dev/ttyUSB0'
    serial_handle.baudrate = 115200
    serial_handle.bytesize = serial.EIGHTBITS
    serial_handle.parity = serial.PARITY_NONE
    serial_handle.stopbits = serial.STOPBITS_ONE
    serial_handle.xonxoff = 1
    serial_handle.rtscts = 0
    serial_handle.timeout = 20

    # This might fail, but nothing we can do so just let it crash.
    serial_handle.open()

    telegram_start_seen = False
    buffer = ''

    # Just keep fetching data until we got what we were looking for.
    while True:
        try:
            data = serial_handle.readline()
        except SerialException as error:
            # Something else and unexpected failed.
            print('Serial connection failed:', error)
            raise StopIteration()  # Break out of yield.

        try:
            # Make sure weird characters are converted properly.
            data = str(data, 'utf-8')
        except TypeError:
            pass

        # This guarantees we will only parse complete telegrams. (issue #74)
        if data.startswith('/'):
            telegram_start_seen = True

            # But make sure to RESET any data collected as well! (issue #212)
            buffer = ''

        # Delay any logging until we've seen the start of a telegram.
        if telegram_start_seen:
            buffer += data

        # Telegrams ends with '!' AND we saw the start. We should have a complete telegram now.
        if data.startswith('!') and telegram_start_seen:
            yield buffer

            # Reset the flow again.
            telegram_start_seen = False
            buffer = ''


def send_telegram(telegram, api_url, api_key):
    # Register telegram by simply sending it to the application with a POST request.
    response = requests.post(
        api_url,
        headers={'X-AUTHKEY': api_key},
        data={'telegram': telegram},
    )

    # Old versions of DSMR-reader return 200, new ones 201.
    if response.status_code not in (200, 201):
        # Or you will find the error (hint) in the reponse body on failure.
        print('API error: {}'.format(response.text))

if __name__ == '__main__':
    main()
`;

describeWithTools("the client file of DSMR-reader's documentation", ['python3'], () => {
  test('reads a port, and what it posts is kept, telegram by telegram', async () => {
    const house = simulateHouse({ start: new Date('2026-07-01T10:00:00Z'), seed: 5, phases: 1 });
    const telegrams = [house.next().value, house.next().value];
    // A telegram that was cut off is dropped by the script, which begins anew with the next `/`.
    const port = join(folder, 'port');
    writeFileSync(port, Buffer.concat([telegrams[0]!.subarray(0, 300), Buffer.from('\r\n'), ...telegrams]));
    mkdirSync(join(folder, 'serial'));
    writeFileSync(join(folder, 'serial/serialutil.py'), 'class SerialException(IOError):\n    pass\n');
    writeFileSync(join(folder, 'serial/__init__.py'), PYSERIAL);
    const script = join(folder, 'dsmr_datalogger_api_client.py');
    const servers = SCRIPT.replace('http://HOST-OR-IP-ONE', url).replace('APIKEY-BLABLABLA-ABCDEFGHI', key);
    writeFileSync(script, servers.replace('/dev/ttyUSB0', port));
    const before = await accepted();

    // The port ends, and with it the script, by a fault.
    const { stdout } = (await run('python3', [script]).catch((error: unknown) => error)) as { stdout: string };
    expect(stdout).not.toContain('API error');
    expect(stdout).toContain('Serial connection failed: it was pulled');
    expect(await accepted()).toBe(before + 2);
  });
});
