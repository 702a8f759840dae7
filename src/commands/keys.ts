import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../config/config.ts';
import { isMeterOf } from '../history/sample.ts';
import { MS, measure } from '../settings/measure.ts';
import { moment } from '../settings/moment.ts';
import { A_NETWORK, readNetwork } from '../settings/network.ts';
import { KEY_NAME, makeKey, NOT_OF_ADMIN, type Key } from '../web/access/key.ts';
import { KeyFile } from '../web/access/key-file.ts';
import { SCOPES, type Scope } from '../web/access/scopes.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { table } from './table.ts';
import { configOption, withState } from './with-config.ts';

/** Makes, lists and removes the keys that the API asks for. A service that runs knows of a change at its next request. */
export const keys: CommandDefinition = {
  name: 'keys',
  summary: 'make, list or remove the keys that the page and the API ask for',
  examples: [
    'p1-relay keys add phone --scope status:read usage:read',
    'p1-relay keys add grafana --scope status:read --expires 365d --cidr 192.168.1.0/24',
    'p1-relay keys add tenant --scope usage:read --meter annex annex-gas',
    'p1-relay keys list',
    'p1-relay keys remove phone',
  ],
  arguments: (command) =>
    configOption(command)
      .addArgument(new Argument('[action]', 'what to do').choices(['list', 'add', 'remove']).default('list'))
      .addArgument(new Argument('[name]', 'whose key it is: letters, digits, dots, hyphens'))
      .addOption(new Option('-s, --scope <scope...>', 'what it is good for').choices(SCOPES))
      .addOption(
        new Option('--expires <time>', 'until when: a day (2027-01-31), or a span (365d)').argParser(readExpiry),
      )
      .addOption(new Option('--cidr <network...>', 'the networks that it may come from').argParser(readNetworks))
      .addOption(new Option('--meter <id...>', 'the meters that it shows, and no other; by default all'))
      .option('--json', 'print JSON')
      .hook('preAction', requireAll),
  run: ([action = 'list', name = ''], options, io) =>
    withState(options, io, async ({ stateDir, config }) => {
      const file = new KeyFile(stateDir);
      const isJson = options['json'] === true;
      if (action === 'add') {
        warnOfMeters(options, config, io);
        return Promise.resolve(add(file, name, options, isJson, io));
      }
      return Promise.resolve(action === 'remove' ? remove(file, name, isJson, io) : show(file, isJson, io));
    }),
};

function requireAll(command: Command): void {
  const [action = 'list', name] = command.args;
  if (action === 'list') return;
  if (name === undefined || !KEY_NAME.test(name))
    command.error(
      `error: whose key? say \`p1-relay keys ${action} NAME\`, with up to 40 letters, digits, dots and hyphens`,
    );
  if (action === 'add' && command.getOptionValue('scope') === undefined)
    command.error(`error: what for? say --scope with one or more of ${SCOPES.join(', ')}`);
  const { scope = [], meter = [] } = command.opts<{ scope?: Scope[]; meter?: string[] }>();
  if (meter.length > 0 && scope.includes('admin')) command.error(`error: --meter: ${NOT_OF_ADMIN}`);
}

function readExpiry(text: string): Date {
  try {
    const ahead = measure(text, MS);
    const ms = Number.isNaN(ahead) ? moment(text, Date.now()) : Date.now() + ahead;
    if (ms > Date.now()) return new Date(ms);
  } catch {
    // What it is instead is told below.
  }
  throw new InvalidArgumentError('Expected a day or time to come, such as 2027-01-31, or a span such as 365d.');
}

function readNetworks(text: string, earlier: readonly string[] = []): readonly string[] {
  if (readNetwork(text) === undefined) throw new InvalidArgumentError(`${A_NETWORK}.`);
  return [...earlier, text];
}

/** The options of `add`. */
interface Wish {
  readonly scope: readonly Scope[];
  readonly expires?: Date;
  readonly cidr?: readonly string[];
  readonly meter?: readonly string[];
}

/** Of an id that none of the sources can have: the key would show nothing. */
function warnOfMeters(options: Readonly<Record<string, unknown>>, config: Config | undefined, { stderr }: Io): void {
  const { meter = [] } = options as unknown as Wish;
  const names = config?.sources.map(({ name }) => name) ?? [];
  const strangers = config === undefined ? [] : meter.filter((id) => !names.some((name) => isMeterOf(name, id)));
  for (const id of strangers)
    stderr.write(
      `warning: --meter ${id}: no source has such a meter; expected one such as ${names.flatMap((name) => [name, `${name}-gas`]).join(', ')}, ` +
        'or with a channel, SOURCE-water-2: `p1-relay history status` lists them\n',
    );
}

function add(
  file: KeyFile,
  name: string,
  options: Readonly<Record<string, unknown>>,
  isJson: boolean,
  io: Io,
): Outcome {
  const { scope, expires, cidr = [], meter = [] } = options as unknown as Wish;
  const { key, text } = makeKey({ name, scopes: scope, expires, cidrs: cidr, meters: meter }, new Date());
  const before = file.change((all) => (named(all, name) ? all : [...all, key]));
  if (named(before, name)) {
    io.stderr.write(`there is a key ${name} already: remove it, or name this one otherwise\n`);
    return 'failed';
  }
  const note = `Key ${name} for ${key.scopes.join(', ')}. It is shown this once and kept nowhere:\n`;
  io.stdout.write(isJson ? `${JSON.stringify({ ...shownOf(key), key: text }, null, 2)}\n` : `${note}${text}\n`);
  return 'ok';
}

function remove(file: KeyFile, name: string, isJson: boolean, io: Io): Outcome {
  const before = file.change((all) => all.filter((one) => one.name !== name));
  if (!named(before, name)) {
    io.stderr.write(`there is no key ${name}; \`p1-relay keys list\` shows those there are\n`);
    return 'failed';
  }
  io.stdout.write(isJson ? `${JSON.stringify({ removed: name })}\n` : `key ${name} removed\n`);
  return 'ok';
}

function show(file: KeyFile, isJson: boolean, { stdout }: Io): Outcome {
  const all = file.read().map(shownOf);
  const rows = all.map(({ name, id, scopes, created, expires, cidrs, meters }) => {
    const where = cidrs.join(' ') || 'anywhere';
    return [name, id, scopes.join(' '), meters.join(' ') || 'all', created, expires ?? 'never', where];
  });
  const heads = ['name', 'id', 'scopes', 'meters', 'made', 'expires', 'from'];
  const text = all.length === 0 ? 'no keys' : table(heads, rows);
  stdout.write(`${isJson ? JSON.stringify(all, null, 2) : text}\n`);
  return 'ok';
}

function named(all: readonly Key[], name: string): boolean {
  return all.some((one) => one.name === name);
}

/** All but what its text is known by. */
function shownOf({ id, name, scopes, created, expires, cidrs, meters }: Key): Omit<Key, 'sha256'> {
  return { id, name, scopes, created, expires, cidrs, meters };
}
