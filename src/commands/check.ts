import type { Config, EndpointConfig, SourceConfig } from '../config/config.ts';
import { decryptionOf, endpointOf, sourceOf } from '../parts.ts';
import { Receiver } from '../telegram/receiver.ts';
import { Recent } from '../telegram/recent.ts';
import { ENOUGH_BYTES, isTelegrams, recognise, tell } from '../telegram/recognise.ts';
import type { RejectionReason } from '../telegram/telegram.ts';
import { HINTS } from '../telemetry/blocks.ts';
import { count, span } from '../telemetry/wording.ts';
import { timeLimit } from '../time/time-limit.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { configOption, withConfig } from './with-config.ts';

/** Long enough for the slowest meter to print once: one of DSMR 2 prints every ten seconds. */
const LISTEN_MS = 25_000;
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
      const results = options['online'] === true ? await tryAll(config, io.signal) : [];
      report({ origin, config, warnings, results }, options['json'] === true, io);
      return results.every(({ ok }) => ok) ? 'ok' : 'failed';
    }),
};

interface Result {
  readonly part: string;
  readonly ok: boolean;
  readonly text: string;
}

interface Report {
  readonly origin: string;
  readonly config: Config;
  readonly warnings: readonly string[];
  readonly results: readonly Result[];
}

async function tryAll({ sources, endpoints }: Config, signal: AbortSignal): Promise<Result[]> {
  const parts = [
    ...sources.map((source) => trySource(source, timeLimit(signal, LISTEN_MS + (sourceOf(source).openingMs ?? 0)))),
    ...endpoints.map((endpoint) => tryEndpoint(endpoint, timeLimit(signal, PROBE_MS))),
  ];
  return Promise.all(parts);
}

interface Heard {
  readonly recent: Recent;
  bytes: number;
  rejected: number;
  lastReason: RejectionReason | undefined;
}

async function trySource(config: SourceConfig, signal: AbortSignal): Promise<Result> {
  const part = `source ${config.name}`;
  const heard: Heard = { recent: new Recent(ENOUGH_BYTES), bytes: 0, rejected: 0, lastReason: undefined };
  try {
    const telegramBytes = await firstTelegram(config, heard, signal);
    if (telegramBytes !== undefined) return { part, ok: true, text: `gave a telegram of ${telegramBytes} bytes` };
    return { part, ok: false, text: whyNone(heard) };
  } catch (error) {
    return { part, ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

async function firstTelegram(config: SourceConfig, heard: Heard, signal: AbortSignal): Promise<number | undefined> {
  const receiver = new Receiver({ source: config.name, checksum: config.checksum, decryption: decryptionOf(config) });
  for await (const chunk of sourceOf(config).open(signal)) {
    heard.bytes += chunk.length;
    heard.recent.push(chunk);
    for (const found of receiver.push(chunk, Date.now())) {
      if ('checksum' in found) return found.raw.length;
      heard.rejected += 1;
      heard.lastReason = found.reason;
    }
  }
  return undefined;
}

function whyNone({ recent, bytes, rejected, lastReason }: Heard): string {
  const finding = recognise(recent.bytes);
  const why =
    lastReason !== undefined && isTelegrams(finding)
      ? `${count(rejected, 'telegram')} rejected (${lastReason}): ${HINTS[lastReason]}`
      : tell(finding);
  return `${bytes} bytes in ${span(LISTEN_MS)}: ${why}`;
}

async function tryEndpoint(config: EndpointConfig, signal: AbortSignal): Promise<Result> {
  const part = `endpoint ${config.name}`;
  const endpoint = endpointOf(config);
  try {
    await endpoint.probe?.(signal);
    return { part, ok: true, text: 'answers, and takes this key' };
  } catch (error) {
    const { message, remedy } = error as Error & { remedy?: string };
    return { part, ok: false, text: remedy === undefined ? message : `${message}; ${remedy}` };
  } finally {
    await endpoint.close?.();
  }
}

function report({ origin, config, warnings, results }: Report, json: boolean, { stdout }: Io): Outcome {
  const { sources, endpoints, stateDir } = config;
  const names = { sources: sources.map(({ name }) => name), endpoints: endpoints.map(({ name }) => name) };
  if (json) {
    stdout.write(`${JSON.stringify({ origin, ...names, stateDir, warnings, results }, null, 2)}\n`);
    return 'ok';
  }
  stdout.write(
    `configuration from ${origin}: ${names.sources.join(', ')} to ${names.endpoints.join(', ') || 'no endpoint'}\n`,
  );
  stdout.write(`state in ${stateDir.path} (${stateDir.reason})\n`);
  for (const warning of warnings) stdout.write(`warning: ${warning}\n`);
  for (const { part, ok, text } of results) stdout.write(`${ok ? 'ok' : 'FAILED'}  ${part}: ${text}\n`);
  return 'ok';
}
