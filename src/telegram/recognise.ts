import { isText } from './characters.ts';
import { isEncrypted, isHdlc, isMBus, isModbus, isSml } from './foreign.ts';
import { hasEvenParity, sevenBits } from './parity.ts';

type Kind = (typeof SIGNS)[number]['kind'];

/** What bytes look like, for a person. */
export interface Finding {
  readonly kind: Kind;
  readonly what: string;
  readonly remedy: string;
  /** The same for who has tried every speed. */
  readonly lastRemedy: string;
  /** False where another speed of the line may show something else. */
  readonly isSure: boolean;
}

/** As many of the newest bytes as tell what a line sends: two or three telegrams. */
export const ENOUGH_BYTES = 4_096;

/** Says what the bytes of a line look like, wherever in it they begin and end; none at all are silence. */
export function recognise(bytes: Buffer): Finding {
  const sign: Sign & { readonly kind: Kind } = SIGNS.find(({ shows }) => shows(bytes)) ?? OTHER_TEXT;
  const { kind, what, remedy, lastRemedy = remedy, isSure } = sign;
  return { kind, what, remedy, lastRemedy, isSure };
}

/** Whether what comes is from a P1 port that this program reads, though none of it may be whole. */
export function isTelegrams({ kind }: Finding): boolean {
  return kind === 'p1' || kind === 'p1-7e1' || kind === 'encrypted';
}

/** One clause of what it is and one of what to do. */
export function tell({ kind, what, remedy }: Finding): string {
  return `${kind === 'silence' ? '' : 'what comes looks like '}${what}; ${remedy}`;
}

interface Sign {
  readonly kind: string;
  readonly shows: (bytes: Buffer) => boolean;
  readonly what: string;
  readonly remedy: string;
  readonly lastRemedy?: string;
  readonly isSure: boolean;
}

const NOT_READ = 'p1-relay cannot read it: ask the grid operator whether the meter has a P1 port, or can be set to P1';

const OTHER_TEXT = {
  kind: 'text',
  shows: () => true,
  what: 'text that is no telegram',
  remedy: 'another device prints there: name the port of the meter',
  isSure: false,
} as const satisfies Sign;

/** The first that shows is it. */
const SIGNS = [
  {
    kind: 'silence',
    shows: ({ length }) => length === 0,
    what: 'not a byte came',
    remedy: 'check the cable and the data request line, and that the port is switched on by the grid operator',
    isSure: false,
  },
  {
    kind: 'stuck-low',
    shows: (bytes) => bytes.every((byte) => byte === 0),
    what: 'a line that is stuck low: only 0x00 bytes',
    remedy: 'pull the cable out of the meter for a minute, then try another cable',
    isSure: false,
  },
  {
    kind: 'sml',
    shows: isSml,
    what: 'SML, as infrared ports of German meters send it',
    remedy: NOT_READ,
    isSure: true,
  },
  {
    kind: 'encrypted',
    shows: isEncrypted,
    what: 'encrypted telegrams, as meters in Luxembourg and Austria send them',
    remedy: 'set key of this source to the one that the grid operator gives out for this meter',
    isSure: true,
  },
  {
    kind: 'hdlc',
    shows: isHdlc,
    what: 'HDLC frames (DLMS), as meters in Norway and Austria send them',
    remedy: NOT_READ,
    isSure: true,
  },
  { kind: 'm-bus', shows: isMBus, what: 'M-Bus frames', remedy: NOT_READ, isSure: true },
  {
    kind: 'modbus',
    shows: isModbus,
    what: 'Modbus RTU, as meters in Portugal talk',
    remedy: NOT_READ,
    isSure: true,
  },
  {
    kind: 'enciphered',
    shows: (bytes) => bytes.includes('/EGM5G15'),
    what: 'the enciphered telegrams of Elgama meters in Poland',
    remedy: NOT_READ,
    isSure: true,
  },
  {
    kind: 'p1',
    shows: (bytes) => isTelegram(bytes.toString('latin1')),
    what: 'P1 telegrams',
    remedy: 'none of them is whole: check the cable',
    isSure: true,
  },
  {
    kind: 'p1-7e1',
    shows: (bytes) => isTelegram(sevenBitText(bytes)) && shareOf(bytes, hasEvenParity) > MOST,
    what: 'P1 telegrams of seven bits and even parity, as meters of DSMR 2 and 3 send them',
    remedy: 'none of them is whole: check the cable, and set checksum: auto or absent',
    isSure: true,
  },
  {
    kind: 'pieces',
    shows: (bytes) => OBJECT.test(sevenBitText(bytes)),
    what: 'pieces of P1 telegrams without their beginning',
    remedy: 'another program may read the same port, or another device drops the data request: stop that one',
    isSure: false,
  },
  {
    kind: 'inverted',
    shows: (bytes) => shareOf(bytes, (byte) => byte >= 0xc0) > MOST,
    what: 'a line of the wrong polarity, or one that hangs loose: bytes of 0xC0 to 0xFF',
    remedy: 'use a cable that inverts, once, and see that it sits in the meter',
    isSure: false,
  },
  {
    kind: 'noise',
    shows: (bytes) => shareOf(sevenBits(bytes), isText) < LEAST_TEXT,
    what: 'noise: wrong speed or polarity, or no P1 port',
    remedy: 'set baudRate: auto, and use a cable that inverts, once',
    lastRemedy: 'use a cable that inverts, once, or name another port',
    isSure: false,
  },
  OTHER_TEXT,
] as const satisfies readonly Sign[];

const MOST = 0.9;
/** Source: field reports of P1 readers at a wrong speed or polarity. */
const LEAST_TEXT = 0.8;
/** A line that begins as `/ISK5…` does. */
const HEADER = /(^|[\r\n\0\xff])\/[A-Za-z]{3}[\x20-\x7e]*\r?\n/;
/** `1-0:1.8.1(`, and the bare `1.8.0(` of older meters. */
const OBJECT = /(^|[\r\n])(\d+-\d+:)?\d+[.:]\d+[.:]\d+([*.]\d+)?[ \r\n]*\(/;

function isTelegram(text: string): boolean {
  return HEADER.test(text) && OBJECT.test(text);
}

function sevenBitText(bytes: Buffer): string {
  return sevenBits(bytes).toString('latin1');
}

function shareOf(bytes: Buffer, holds: (byte: number) => boolean): number {
  return bytes.reduce((count, byte) => count + (holds(byte) ? 1 : 0), 0) / bytes.length;
}
