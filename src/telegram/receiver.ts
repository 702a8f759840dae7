import type { Decryption, Encryption, Opened } from './decryption.ts';
import { FIRST_BYTE, LONGEST_HEAD, readFrame, readHead, type FrameHead } from './encrypted-frame.ts';
import { isGap, isLetter, isText, SLASH } from './characters.ts';
import { Framer, LONGEST_TELEGRAM, NO_DATA_MS, type Found, type FramerOptions } from './framer.ts';
import type { RejectionReason } from './telegram.ts';
import { Window } from './window.ts';

export interface ReceiverOptions extends FramerOptions {
  /** The meter's keys; without them an encrypted frame is rejected by that name. */
  readonly decryption?: Decryption | undefined;
}

/** What the receiver found; `encryption` where it came in an encrypted frame. */
export type Received = Found & { readonly encryption?: Encryption };

/**
 * Takes the bytes of one connection: what is plain goes to the framer as it came, an encrypted frame as the telegram that
 * is in it. So checksums and all else have one way. A line may carry both. Pure, bounded and told the time, as the framer.
 *
 * Frames are found by their length. One that cannot be opened may have lost bytes, and then holds the beginning of what
 * came behind it: it is looked through for a beginning, and read on from there.
 */
export class Receiver {
  readonly #decryption: Decryption | undefined;
  readonly #framer: Framer;
  readonly #noDataMs: number;
  readonly #window = new Window(LONGEST_TELEGRAM);
  /** Without a key all is plain, whatever it looks like. With one, bytes of a frame whose head was lost must not pass for it. */
  readonly #rest: State;
  #state: State;
  /** The frame at the beginning of the window. */
  #frame: OpenFrame | undefined;
  /** How many frames one behind the other held the beginning of the next. */
  #cutInARow = 0;
  readonly #places = new Places();
  #noiseBytes = 0;
  #lastMs = 0;
  #found: Received[] = [];

  constructor({ decryption, ...options }: ReceiverOptions) {
    this.#decryption = decryption;
    this.#framer = new Framer(options);
    this.#noDataMs = options.noDataMs ?? NO_DATA_MS;
    this.#rest = decryption === undefined ? 'plain' : 'hunting';
    this.#state = this.#rest;
  }

  /** As the framer's; bytes of rejected frames are not counted, those of a frame whose head was lost are. */
  get noiseBytes(): number {
    return this.#noiseBytes + this.#framer.noiseBytes;
  }

  /** As the framer's. */
  push(bytes: Uint8Array, atMs: number): readonly Received[] {
    this.#found = [];
    this.#expire(atMs);
    this.#lastMs = atMs;
    if (this.#state === 'plain' && this.#window.isEmpty && !bytes.includes(FIRST_BYTE)) {
      this.#pass(bytes, this.#window.end, atMs);
      this.#window.skip(bytes.length);
      return this.#found;
    }
    for (let taken = 0; taken < bytes.length;) {
      taken += this.#window.append(bytes, taken);
      this.#readOn(atMs);
    }
    return this.#found;
  }

  /** As the framer's. */
  idle(atMs: number): readonly Received[] {
    this.#found = [];
    this.#expire(atMs);
    this.#take(this.#framer.idle(atMs));
    return this.#found;
  }

  /** After a silence nothing more comes of what is in hand. */
  #expire(atMs: number): void {
    if (atMs - this.#lastMs < this.#noDataMs) return;
    while (!this.#window.isEmpty) {
      if (this.#frame === undefined) this.#passOver(this.#window.end, this.#lastMs);
      else this.#deal(this.#frame, true);
      this.#readOn(this.#lastMs);
    }
    this.#state = this.#rest;
  }

  #readOn(atMs: number): void {
    while (this.#frame === undefined ? this.#seek(atMs) : this.#deal(this.#frame));
  }

  /** Goes to the next beginning in hand; false where there is none, or more bytes must tell. */
  #seek(atMs: number): boolean {
    const start = this.#startFrom(this.#window.begin, this.#window.end, this.#state);
    this.#passOver(start?.place ?? this.#window.end, atMs);
    if (start === undefined || start.is === 'open') return false;
    if (start.is === 'plain') this.#state = 'plain';
    else this.#frame = { head: start.is, atMs };
    return true;
  }

  /** Opens or rejects the frame once it is whole, or nothing more comes; false where it waits for bytes. */
  #deal({ head, atMs }: OpenFrame, isLast = false): boolean {
    const { begin, end } = this.#window;
    const isWhole = end - begin >= head.length;
    if (!isWhole) return isLast && this.#reject('truncated', end, isLast);
    const behind = begin + head.length;
    const opened = this.#isWorthOpening(behind)
      ? this.#decryption?.open(readFrame(this.#window.cut(begin, behind), head))
      : undefined;
    if (opened === undefined) return this.#reject(this.#decryption ? 'decryption' : 'encrypted', behind, isLast);
    this.#takeOpened(opened, begin, atMs);
    this.#cutInARow = 0;
    return this.#restart(behind);
  }

  /** To open a frame takes time for all its bytes, also where the next one begins after a few: not for long, unless none does. */
  #isWorthOpening(end: number): boolean {
    return this.#cutInARow < MOST_CUT || this.#startFrom(this.#window.begin + 1, end, 'hunting') === undefined;
  }

  /** A frame that holds the beginning of another one, or of a telegram, lost bytes of its own. */
  #reject(reason: RejectionReason, end: number, isLast: boolean): boolean {
    const { begin } = this.#window;
    const next = this.#startFrom(begin + 1, end, 'hunting');
    const isOpen = next?.is === 'open';
    if (isOpen && !isLast) return false;
    const isCut = next !== undefined && !isOpen;
    const behind = isCut ? next.place : end;
    this.#cutInARow = isCut ? this.#cutInARow + 1 : 0;
    this.#found.push({ reason: isCut ? 'truncated' : reason, raw: this.#window.cut(begin, behind), offset: begin });
    return this.#restart(behind);
  }

  #restart(place: number): true {
    this.#window.begin = place;
    this.#frame = undefined;
    this.#state = this.#rest;
    return true;
  }

  /** The first place from `from` on and before `end` at which something begins, or may begin. */
  #startFrom(from: number, end: number, state: State): Start | undefined {
    for (let place = from; place < end; place++) {
      const begins = BEGINNINGS[state].get(this.#window.byteAt(place));
      const is = begins?.(this.#window.cut(place, Math.min(this.#window.end, place + LONGEST_HEAD)));
      if (is !== undefined) return { place, is };
    }
    return undefined;
  }

  /** Has done with the bytes up to `place`, in which nothing begins. */
  #passOver(place: number, atMs: number): void {
    const { begin } = this.#window;
    if (place === begin) return;
    const bytes = this.#window.cut(begin, place);
    if (this.#state === 'plain') this.#pass(bytes, begin, atMs);
    else this.#noiseBytes += bytes.filter((byte) => !isGap(byte)).length;
    this.#window.begin = place;
  }

  /** Whatever the framer has in hand ends where a frame begins, and nothing in a frame goes on behind it. */
  #takeOpened({ clear, encryption }: Opened, place: number, atMs: number): void {
    this.#take(this.#framer.idle(Infinity));
    this.#pass(clear, place, atMs, encryption);
    this.#take(this.#framer.idle(Infinity), encryption);
  }

  /** Hands the framer bytes that stood at `place` of the stream. */
  #pass(bytes: Uint8Array, place: number, atMs: number, encryption?: Encryption): void {
    this.#places.note(place, bytes.length);
    this.#take(this.#framer.push(bytes, atMs), encryption);
  }

  #take(found: readonly Found[], encryption?: Encryption): void {
    for (const item of found) {
      const offset = this.#places.inStream(item.offset);
      this.#found.push({ ...item, offset, ...(encryption && { encryption }) });
    }
  }
}

/** A line that loses bytes cuts one frame in a while; heads alone, that each say that much follows, come from no meter. */
const MOST_CUT = 4;

/** `plain`: all goes to the framer until a frame begins. `hunting`: nothing does until something begins. */
type State = 'plain' | 'hunting';

interface OpenFrame {
  readonly head: FrameHead;
  /** When its first byte came. */
  readonly atMs: number;
}

interface Start {
  readonly place: number;
  readonly is: Beginning;
}

/** `plain`: a telegram. `open`: more bytes must tell. */
type Beginning = FrameHead | 'plain' | 'open';

type Reader = (bytes: Buffer) => Beginning | undefined;

/** What can begin with which byte. */
const FRAME: readonly [number, Reader] = [FIRST_BYTE, readHead];
const BEGINNINGS: Readonly<Record<State, ReadonlyMap<number, Reader>>> = {
  plain: new Map([FRAME]),
  hunting: new Map([FRAME, [SLASH, readHeader]]),
};

/** `/`, three letters of the manufacturer, and text: by chance once in 200 kB of encrypted bytes. */
const HEADER: readonly ((byte: number) => boolean)[] = [
  (byte) => byte === SLASH,
  isLetter,
  isLetter,
  isLetter,
  isText,
  isText,
];

function readHeader(bytes: Buffer): Beginning | undefined {
  if (!HEADER.every((fits, at) => at >= bytes.length || fits(bytes[at] as number))) return undefined;
  return bytes.length < HEADER.length ? 'open' : 'plain';
}

/** Where in the stream stood what the framer knows by its place among the bytes that it was given. */
class Places {
  #given = 0;
  /** How much further on in the stream: bytes given from `#since` on, and those before. */
  #shift = 0;
  #shiftBefore = 0;
  #since = 0;

  /** The framer is given `count` bytes that stood at `place`. */
  note(place: number, count: number): void {
    const shift = place - this.#given;
    if (shift !== this.#shift) {
      this.#shiftBefore = this.#shift;
      this.#shift = shift;
      this.#since = this.#given;
    }
    this.#given += count;
  }

  inStream(place: number): number {
    return place + (place < this.#since ? this.#shiftBefore : this.#shift);
  }
}
