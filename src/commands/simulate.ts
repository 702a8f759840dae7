import { InvalidArgumentError, Option, type Command } from 'commander';
import { LUXEMBOURG } from '../settings/meter-key.ts';
import { kit } from '../settings/values.ts';
import { encryptor } from '../simulator/encrypt.ts';
import { toPty, toStream, toTcp, type Outlet } from '../simulator/outlets.ts';
import { simulator } from '../sources/simulator.ts';
import { realWaits } from '../sources/waits.ts';
import { aborted } from '../time/aborted.ts';
import type { CommandDefinition, Io } from './command.ts';
import { KEY_FORMS, readKeys } from './key-option.ts';

/** Plays a meter for whoever reads: this program, another one, or a person. */
export const simulate: CommandDefinition = {
  name: 'simulate',
  summary: 'play a Dutch DSMR 5 meter on a pseudo-terminal, a TCP port or standard output',
  examples: [
    'p1-relay simulate --pty ./meter',
    'p1-relay simulate --tcp 2001 --interval 10s',
    'p1-relay simulate --pty ./meter --key @key-of-meter',
    'p1-relay simulate --stdout --interval 0s --telegrams 86400 --start 2025-03-30T00:00:00+01:00 > day.bin',
  ],
  arguments(command) {
    command
      .addOption(
        new Option(
          '--pty <link>',
          'make a serial port of this name; the meter and its clock wait while nobody reads it',
        ).conflicts(['tcp', 'stdout']),
      )
      .addOption(
        new Option('--tcp <[host:]port>', 'listen there; host is 127.0.0.1 unless given').argParser(readAddress),
      )
      .addOption(new Option('--stdout', 'print to standard output').conflicts('tcp'))
      .addOption(new Option('--key <hex>', `encrypt as meters in Luxembourg do: ${KEY_FORMS}`))
      .addOption(new Option('--baud <rate>', 'pace bytes as a serial line does, 0: do not').argParser(readBaud));
    for (const { key, flags, read } of SETTINGS) command.addOption(settingOption(key, flags, read));
    return readKeys(command, ['key']).hook('preAction', requirePlace);
  },
  async run(_args, options, io) {
    const outlet = await open(options, io).catch((error: unknown) => error as Error);
    if (outlet instanceof Error) {
      io.stderr.write(`no simulated meter: ${outlet.message}\n`);
      return 'unavailable';
    }
    io.stderr.write(outlet.description);
    await play(outlet, options, io.signal).catch((error: unknown) => {
      // A reader that has had enough (`| head`) is a good end.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    });
    await outlet.close();
    return 'ok';
  },
};

type Options = Readonly<Record<string, unknown>>;
const simulatorSettings = simulator.settings(kit);
type Key = keyof typeof simulatorSettings.shape;

// The settings of the simulator source, as options of the same names and with the same texts.
const SETTINGS: readonly { key: Key; flags: string; read: (text: string) => unknown }[] = [
  { key: 'interval', flags: '--interval <time>', read: (text) => text },
  { key: 'step', flags: '--step <time>', read: (text) => text },
  { key: 'telegrams', flags: '--telegrams <count>', read: Number },
  { key: 'start', flags: '--start <time>', read: (text) => text },
  { key: 'seed', flags: '--seed <number>', read: Number },
  { key: 'phases', flags: '--phases <1|3>', read: Number },
];

function settingOption(key: Key, flags: string, read: (text: string) => unknown): Option {
  const setting = simulatorSettings.shape[key];
  return new Option(flags, setting.description ?? '').argParser((text: string) => {
    const value = read(text);
    const { error } = setting.safeParse(value);
    if (error) throw new InvalidArgumentError(error.issues.map(({ message }) => message).join('; '));
    return value;
  });
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function readAddress(text: string): Address {
  const [, host = '127.0.0.1', digits = ''] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) throw new InvalidArgumentError('Expected PORT or HOST:PORT, such as 2001.');
  return { host, port };
}

function readBaud(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected bits a second, such as 115200, or 0.');
  return Number(text);
}

function requirePlace(command: Command): void {
  const { pty, tcp, stdout } = command.opts<Options>();
  if (pty ?? tcp ?? stdout) return;
  command.error('error: say where to: --pty LINK, --tcp PORT or --stdout');
}

function open({ pty, tcp }: Options, io: Io): Promise<Outlet> {
  if (typeof pty === 'string') return toPty(pty);
  if (tcp !== undefined) return toTcp(tcp as Address);
  return Promise.resolve(toStream(io.stdout));
}

const PTY_BAUD = 115_200;

async function play(outlet: Outlet, options: Options, signal: AbortSignal): Promise<void> {
  const baud = Number(options['baud'] ?? (options['pty'] === undefined ? 0 : PTY_BAUD));
  const settings = simulatorSettings.parse(Object.fromEntries(SETTINGS.map(({ key }) => [key, options[key]])));
  const key = options['key'];
  const seal = typeof key === 'string' ? encryptor(key, LUXEMBOURG) : (telegram: Uint8Array) => telegram;
  const stopped = aborted(signal);
  await Promise.race([outlet.heard, stopped]);
  for await (const telegram of simulator.create(settings).open(signal)) {
    await Promise.race([send(seal(telegram), outlet, baud, signal), stopped]);
  }
}

/** What a USB adapter hands on at a time. */
const PIECE_BYTES = 64;
const BITS_PER_BYTE = 10;

async function send(telegram: Uint8Array, outlet: Outlet, baud: number, signal: AbortSignal): Promise<void> {
  if (baud === 0) return outlet.write(telegram);
  const begun = realWaits.now();
  for (let at = 0; at < telegram.length && !signal.aborted; at += PIECE_BYTES) {
    const piece = telegram.subarray(at, at + PIECE_BYTES);
    const due = begun + ((at + piece.length) * BITS_PER_BYTE * 1_000) / baud;
    await realWaits.sleep(due - realWaits.now(), signal);
    await outlet.write(piece);
  }
}
