// The yardstick of a drain: each telegram of a capture to an address, one request in flight. node post-each.mjs URL FILE
import { readFileSync } from 'node:fs';
import { Client } from 'undici';

const [, , url, capture] = process.argv;
const client = new Client(url);
for (const [telegram] of readFileSync(capture, 'latin1').matchAll(/\/[^!]*!.{4}\r\n/g)) {
  const { body } = await client.request({
    method: 'POST',
    path: '/api/v1/datalogger/dsmrreading',
    headers: { 'x-authkey': 'a-key', 'content-type': 'application/x-www-form-urlencoded' },
    body: `telegram=${encodeURIComponent(telegram)}`,
  });
  await body.dump();
}
await client.close();
