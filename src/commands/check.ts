import type { Config, EndpointConfig } from '../config/config.ts';
import { endpointOf, sourceOf } from '../parts.ts';
import { timeLimit } from '../time/time-limit.ts';
import { urlOf } from '../web/http/address.ts';
import { readCertificate } from '../web/http/certificate.ts';
import { trySource, type Result } from './check-source.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { configOption, withConfig } from './with-config.ts';

const PROBE_MS = 25_000;

/** Says whether a configuration holds, and with `--online` whether each source and endpoint works. */
export const check: CommandDefinition = {
  name: 'check',
  summary: 'check the configuration; with --online also try each source and endpoint once',
  examples: ['p1-relay check', 'p1-relay check --online --config ./config.yaml'],
  arguments: (command) =>
    configOption(command)
      .option('--online', 'open each source until it gives a telegram, and ask each endpoint for its version')
      .option('--json', 'print JSON'),
  run: (_args, options, io) =>
    withConfig(options, io, async ({ config, warnings, origin }) => {
      for (const source of config.sources) sourceOf(source);
      for (const endpoint of config.endpoints) await endpointOf(endpoint).close?.();
      const tried = options['online'] === true ? await tryAll(config, io.signal) : [];
      const results = [...tryCertificate(config), ...tried];
      report({ origin, config, warnings, results }, options['json'] === true, io);
      return results.every(({ ok }) => ok) ? 'ok' : 'failed';
    }),
};

interface Report {
  readonly origin: string;
  readonly config: Config;
  readonly warnings: readonly string[];
  readonly results: readonly Result[];
}

/** What is wrong with the files of `http.tls`, by which the page is served. */
function tryCertificate({ http: { enabled, tls } }: Config): Result[] {
  if (!enabled || tls === undefined) return [];
  try {
    readCertificate(tls);
    return [];
  } catch (error) {
    return [{ part: 'page and API', ok: false, text: (error as Error).message }];
  }
}

async function tryAll({ sources, endpoints }: Config, signal: AbortSignal): Promise<Result[]> {
  const parts = [
    ...sources.map((source) => trySource(source, signal)),
    ...endpoints.map((endpoint) => tryEndpoint(endpoint, timeLimit(signal, PROBE_MS))),
  ];
  return Promise.all(parts);
}

async function tryEndpoint(config: EndpointConfig, signal: AbortSignal): Promise<Result> {
  const part = `endpoint ${config.name}`;
  const endpoint = endpointOf(config);
  try {
    if (endpoint.probe === undefined)
      return { part, ok: true, text: 'not asked: whatever comes there is a telegram to it' };
    await endpoint.probe(signal);
    return { part, ok: true, text: endpoint.probed ?? 'answers, and takes this key' };
  } catch (error) {
    const { message, remedy } = error as Error & { remedy?: string };
    return { part, ok: false, text: remedy === undefined ? message : `${message}; ${remedy}` };
  } finally {
    await endpoint.close?.();
  }
}

function report({ origin, config, warnings, results }: Report, json: boolean, { stdout }: Io): Outcome {
  const { sources, endpoints, stateDir } = config;
  const page = config.http.enabled ? urlOf(config.http) : null;
  const names = { sources: sources.map(({ name }) => name), endpoints: endpoints.map(({ name }) => name) };
  if (json) {
    stdout.write(`${JSON.stringify({ origin, ...names, stateDir, page, warnings, results }, null, 2)}\n`);
    return 'ok';
  }
  stdout.write(
    `configuration from ${origin}: ${names.sources.join(', ')} to ${names.endpoints.join(', ') || 'no endpoint'}\n`,
  );
  stdout.write(`state in ${stateDir.path} (${stateDir.reason})\n`);
  stdout.write(page === null ? 'no page and API (http.enabled: false)\n' : `page and API on ${page}\n`);
  for (const warning of warnings) stdout.write(`warning: ${warning}\n`);
  for (const { part, ok, text } of results) stdout.write(`${ok ? 'ok' : 'FAILED'}  ${part}: ${text}\n`);
  return 'ok';
}
