// The yardstick of everyday work: a serial port read line by line, each telegram posted to each address, nothing
// checked and nothing kept. node loop.mjs PORT URL...
import { ReadlineParser } from '@serialport/parser-readline';
import { SerialPort } from 'serialport';
import { Agent, request } from 'undici';

const [, , path, ...urls] = process.argv;
const dispatcher = new Agent({ connections: 1, keepAliveTimeout: 60_000 });
const parser = new SerialPort({ path, baudRate: 115_200 }).pipe(new ReadlineParser({ delimiter: '\r\n' }));
let lines = [];

parser.on('data', (line) => {
  if (line.startsWith('/')) lines = [];
  lines.push(line);
  if (line.startsWith('!')) for (const url of urls) void post(url, `${lines.join('\r\n')}\r\n`);
});

async function post(url, telegram) {
  const { body } = await request(`${url}/api/v1/datalogger/dsmrreading`, {
    method: 'POST',
    dispatcher,
    headers: { 'x-authkey': 'a-key', 'content-type': 'application/x-www-form-urlencoded' },
    body: `telegram=${encodeURIComponent(telegram)}`,
  });
  await body.dump();
}
