import type { Candidate } from '../serial/candidates.ts';
import type { Hearing } from '../serial/hearing.ts';
import type { Holder } from '../serial/holder.ts';
import type { Finding } from '../telegram/recognise.ts';
import type { Checksum } from '../telegram/telegram.ts';
import { count } from '../telemetry/wording.ts';

/** `meter`: a telegram was accepted, or came whole in a frame that takes a key to open. `other`: bytes, but no telegram. */
type PortState = 'meter' | 'other' | 'silent' | 'in-use' | 'radio-stick' | 'not-listened' | 'failed';

/** What is known of one port, for programs; nothing of it tells whose meter it is. */
export interface PortReport {
  readonly port: string;
  readonly device: string;
  readonly usb: { readonly id: string; readonly name: string } | undefined;
  readonly state: PortState;
  readonly holder: Holder | undefined;
  readonly heard: HeardReport | undefined;
  readonly remedy: string | undefined;
  /** The settings of a source that reads it. */
  readonly source: Readonly<Record<string, unknown>> | undefined;
}

interface HeardReport {
  readonly looksLike: Finding['kind'];
  readonly what: string;
  readonly baudRate: number;
  readonly bytes: number;
  readonly telegrams: number;
  readonly perMinute: number | undefined;
  readonly checksum: Checksum | undefined;
  /** The three letters in the header. */
  readonly manufacturer: string | undefined;
  readonly rejected: Hearing['rejected'];
}

/** What came of listening: neither of them where it was not done. */
export interface Listened {
  readonly hearing?: Hearing | undefined;
  /** Why it could not be listened to. */
  readonly trouble?: string;
}

export function describePort(candidate: Candidate, listened: Listened): PortReport {
  const { path, device, usb, holder } = candidate;
  const { hearing, trouble } = listened;
  const state = stateOf(candidate, listened);
  return {
    port: path,
    device,
    usb: usb && { id: `${usb.vendor}:${usb.product}`, name: usb.text },
    state,
    holder,
    heard: hearing && describeHearing(hearing),
    remedy: trouble ?? (hearing && remedyFor(hearing)),
    source: hearing?.isMeter === true ? settingsFor(path, hearing) : undefined,
  };
}

function stateOf({ isRadio, holder }: Candidate, { hearing, trouble }: Listened): PortState {
  if (isRadio) return 'radio-stick';
  if (holder !== undefined) return 'in-use';
  if (trouble !== undefined) return 'failed';
  if (hearing === undefined) return 'not-listened';
  if (hearing.isMeter) return 'meter';
  return hearing.bytes > 0 ? 'other' : 'silent';
}

/** A meter that is read already needs none. */
function remedyFor(hearing: Hearing): string | undefined {
  if (takesKey(hearing)) return 'ask the grid operator for its key; in Austria for its authenticationKey as well';
  const { isMeter, finding } = hearing;
  if (isMeter) return undefined;
  return finding.kind === 'encrypted' ? 'none of them is whole: check the cable' : finding.lastRemedy;
}

/** Whether all that came from a meter is encrypted: one that sends clear telegrams as well is read without a key. */
function takesKey({ isMeter, telegrams }: Hearing): boolean {
  return isMeter && telegrams === 0;
}

function describeHearing(hearing: Hearing): HeardReport {
  const { finding, line, bytes, telegrams, perMinute, newest, rejected } = hearing;
  const manufacturer = newest?.raw.toString('latin1', 1, 4);
  const { kind: looksLike, what } = finding;
  const heard = { looksLike, what, baudRate: line.baudRate, bytes, telegrams, perMinute };
  return { ...heard, checksum: newest?.checksum, manufacturer, rejected };
}

const USUAL_BAUD_RATE = 115_200;

const KEY_TO_FILL_IN = '32 hexadecimal digits';

function settingsFor(port: string, hearing: Hearing): PortReport['source'] {
  const { finding, newest } = hearing;
  const { baudRate } = hearing.line;
  return {
    type: 'serial',
    port,
    ...(baudRate !== USUAL_BAUD_RATE && { baudRate }),
    ...(finding.kind === 'p1-7e1' && { dataBits: 7, parity: 'even' }),
    ...(baudRate === USUAL_BAUD_RATE && newest?.checksum === 'absent' && { checksum: 'absent' }),
    ...(takesKey(hearing) && { key: KEY_TO_FILL_IN }),
  };
}

const NO_PORT = 'no serial port: is the cable plugged in? Others can be named: p1-relay ports /dev/ttyS0\n';

/** A paragraph a port, for people. */
export function toText(reports: readonly PortReport[]): string {
  return reports.length === 0 ? NO_PORT : reports.map((one) => `${paragraph(one)}\n`).join('\n');
}

function paragraph(report: PortReport): string {
  const { port, device, usb, source } = report;
  const adapter = usb === undefined ? 'no USB adapter' : `${usb.name} (${usb.id})`.trim();
  const lines = [`${device}, ${adapter}`, ...SAYS[report.state](report).filter((line) => line !== '')];
  if (source !== undefined) lines.push(`use it: source: ${toYaml(source)}`);
  return [port, ...lines.map((line) => `  ${line}`)].join('\n');
}

const SAYS: Readonly<Record<PortState, (report: PortReport) => string[]>> = {
  meter: ({ heard, remedy }) => (heard === undefined ? [] : [sayMeter(heard), remedy ?? '']),
  other: ({ heard, remedy }) => (heard === undefined ? [] : [sayOther(heard), remedy ?? '']),
  silent: ({ remedy }) => ['not a byte came', remedy ?? ''],
  'in-use': ({ holder }) => (holder === undefined ? [] : [sayHolder(holder)]),
  'radio-stick': () => ['a Zigbee or Z-Wave stick, left alone'],
  'not-listened': () => ['not listened to'],
  failed: ({ remedy }) => [remedy ?? ''],
};

const CHECKSUMS: Readonly<Record<Checksum, string>> = {
  valid: 'with CRC16',
  repaired: 'with CRC16, their line ends changed on the way',
  absent: 'without CRC16',
};

function sayMeter(heard: HeardReport): string {
  if (heard.telegrams > 0) return sayTelegrams(heard);
  return [heard.what, `${heard.baudRate} baud`, count(heard.rejected.encrypted ?? 0, 'telegram')].join(', ');
}

function sayTelegrams({ manufacturer, what, baudRate, telegrams, perMinute, checksum, rejected }: HeardReport): string {
  const rate = perMinute === undefined ? count(telegrams, 'telegram') : `${perMinute} a minute`;
  const parts = [`${what} (${manufacturer ?? ''})`, `${baudRate} baud`, rate, CHECKSUMS[checksum ?? 'absent']];
  return [...parts, ...sayRejected(rejected)].join(', ');
}

function sayOther(heard: HeardReport): string {
  return [`${heard.bytes} bytes at ${heard.baudRate} baud: ${heard.what}`, ...sayRejected(heard.rejected)].join(', ');
}

function sayRejected(rejected: HeardReport['rejected']): string[] {
  const counts = Object.entries(rejected).map(([reason, amount]) => `${reason} ${amount}`);
  return counts.length === 0 ? [] : [`rejected: ${counts.join(', ')}`];
}

function sayHolder({ name, pid, isOurs }: Holder): string {
  const what = `in use by ${name} (pid ${pid}), not opened`;
  return isOurs ? `${what}; \`p1-relay health\` says how that goes` : `${what}; stop that program to listen here`;
}

/** As one line of a configuration. */
function toYaml(source: Readonly<Record<string, unknown>>): string {
  const settings = Object.entries(source).map(([key, value]) => `${key}: ${quoted(String(value))}`);
  return `{ ${settings.join(', ')} }`;
}

/** What YAML would read another way, or in two. */
function quoted(text: string): string {
  return /^[\w/.:+-]+$/.test(text) ? text : JSON.stringify(text);
}
