import type { Journal } from './journal/journal.ts';
import { Patience } from './sources/no-telegram.ts';
import { BrokenOff, keepOpen } from './sources/reconnect.ts';
import type { Source } from './sources/source.ts';
import type { Decryption } from './telegram/decryption.ts';
import type { FramerOptions } from './telegram/framer.ts';
import type { History } from './telegram/history.ts';
import { Receiver, type Received } from './telegram/receiver.ts';
import type { Events } from './telemetry/events.ts';

export interface PipelineOptions {
  readonly name: string;
  readonly source: Source;
  readonly checksum: FramerOptions['checksum'];
  /** The keys of a meter that encrypts. */
  readonly decryption?: Decryption | undefined;
  /** Of its telegrams, where they have no checksum and come as the meter prints them. */
  readonly history: History | undefined;
  /** A connection without a byte for so long is made anew. */
  readonly silenceMs: number;
  /** A connection that gives bytes for so long and no telegram is told of, and made anew. */
  readonly patienceMs: number;
  readonly journal: Pick<Journal, 'append' | 'room'>;
  readonly events: Events;
  /** True where a capture that cannot be read is an error, and not tried again. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

/** The receiver is told this often that nothing comes, so that a telegram cut short does not wait for the next. */
const QUIET_MS = 1_000;

/**
 * The straight line, for one source: bytes → telegrams → journal. Everything behind the journal answers for itself:
 * nothing here waits for the network. Ends when the signal aborts, or with a capture.
 *
 * @throws {BrokenOff} where `once` was asked for, and the capture cannot be read.
 */
export async function readSource(options: PipelineOptions): Promise<void> {
  const { name, source, silenceMs, events, once, signal } = options;
  const connection = { silenceMs, signal, once, events: events.connection(name) };
  try {
    await keepOpen(source, (bytes) => readConnection(bytes, options), connection);
    if (!signal.aborted) events.sourceEnded(name);
  } catch (error) {
    if (!(error instanceof BrokenOff) || once) throw error;
    events.sourceBrokeOff(name, error);
  }
}

/** A receiver for each connection: one that begins in the middle of a telegram passes over the rest without a word. */
async function readConnection(bytes: AsyncIterable<Uint8Array>, options: PipelineOptions): Promise<void> {
  const { name, source, checksum, history, decryption, patienceMs, journal, events, signal } = options;
  const receiver = new Receiver({ source: name, checksum, history, decryption });
  const clock = new SteadyClock();
  const patience = new Patience(source.ends === true ? Infinity : patienceMs, performance.now());
  const deal = (found: readonly Received[], setByMs: number): void => {
    take(found, options, setByMs);
    patience.saw(found, performance.now());
  };
  let toldNoise = 0;
  const tellNoise = (): void => {
    events.noise(name, receiver.noiseBytes - toldNoise);
    toldNoise = receiver.noiseBytes;
  };
  let isHeard = false;
  const quiet = setInterval(() => {
    deal(receiver.idle(clock.nowMs), clock.offMs);
    tellNoise();
    // Between two telegrams the Pi's clock may be set: the next one is stamped by it.
    if (!isHeard) clock.set();
    isHeard = false;
  }, QUIET_MS);
  try {
    for await (const chunk of bytes) {
      isHeard = true;
      if (chunk.length === 0) continue;
      events.read(name, chunk.length);
      const found = receiver.push(chunk, clock.nowMs);
      if (found.length > 0) deal(found, clock.set());
      patience.took(chunk, performance.now());
      // Only what waits for us is made to wait: a meter prints on, and its bytes would be lost.
      if (source.ends) await journal.room(signal);
    }
  } finally {
    clearInterval(quiet);
    deal(receiver.idle(Infinity), clock.offMs);
    tellNoise();
    if (source.ends === true || signal.aborted) patience.atEnd((trouble) => events.noTelegram(name, trouble));
  }
}

/** @param setByMs by how much the clock was set since they began: they are stamped by the clock of now. */
function take(received: readonly Received[], { name, journal, events }: PipelineOptions, setByMs: number): void {
  for (const { encryption, ...item } of received) {
    if ('reason' in item) {
      events.rejected(name, item);
      continue;
    }
    if (encryption !== undefined) events.decrypted(name, encryption);
    journal.append({ ...item, receivedAt: new Date(item.receivedAt.getTime() + setByMs) });
  }
}

/** The wall clock, but it does not jump within a telegram when the Pi's clock is set: time-outs are measured with it. */
class SteadyClock {
  #offsetMs = 0;

  constructor() {
    this.set();
  }

  get nowMs(): number {
    return this.#offsetMs + performance.now();
  }

  /** By how much the wall clock was set meanwhile, in whole milliseconds. */
  get offMs(): number {
    return Math.round(Date.now() - this.nowMs);
  }

  /** @returns by how much the wall clock was set meanwhile. */
  set(): number {
    const { offMs } = this;
    this.#offsetMs = Date.now() - performance.now();
    return offMs;
  }
}
