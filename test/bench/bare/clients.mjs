// Many who ask at once, each for the next thing as soon as it has the last: how each answer came goes to the parent.
import { Agent, request } from 'node:http';

const [url, key, count, ...paths] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(count) });
const headers = { 'x-authkey': key };

function ask(path) {
  return new Promise((resolve, reject) => {
    const beganMs = performance.now();
    request(new URL(path, url), { agent, headers }, (response) => {
      response
        .resume()
        .once('end', () => resolve({ path, status: response.statusCode, tookMs: performance.now() - beganMs }));
    })
      .once('error', reject)
      .end();
  });
}

async function client(first) {
  for (let turn = first; ; turn++) process.send(await ask(paths[turn % paths.length]));
}

await Promise.all(Array.from({ length: Number(count) }, (_, index) => client(index)));
