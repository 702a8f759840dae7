import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { JournalDesk, JournalPage, PageRow } from '../service/journal-desk.ts';
import { Neighbours } from '../service/verify.ts';
import { count } from '../telemetry/wording.ts';
import type { Io, Outcome } from './command.ts';
import { damageText } from './journal-verify.ts';

/** Which telegrams: received from `from` on and before `to`, in milliseconds since 1970. */
interface Wanted {
  readonly from: number;
  readonly to: number;
  readonly source: string | undefined;
}

/** Prints telegrams byte for byte, as their meter did, in the order in which they were accepted. */
export async function exportTelegrams(desk: JournalDesk, wanted: Wanted, io: Io): Promise<Outcome> {
  const { head, sources } = await desk.state();
  if (wanted.source !== undefined && !sources.includes(wanted.source))
    throw new Error(`no source ${wanted.source}; there is: ${sources.join(', ') || 'none'}`);
  const stream = new Export();
  try {
    await pipeline(Readable.from(stream.bytes(pages(desk, head, wanted))), io.stdout, {
      end: false,
      signal: io.signal,
    });
  } catch (error) {
    // A reader that has had enough (`| head`) is a good end.
    if (io.signal.aborted || (error as NodeJS.ErrnoException).code === 'EPIPE') return 'ok';
    throw error;
  }
  io.stderr.write(stream.report());
  return stream.isWhole ? 'ok' : 'failed';
}

async function* pages(desk: JournalDesk, head: number, wanted: Wanted): AsyncGenerator<JournalPage> {
  for (let after = 0; after < head;) {
    const page = await desk.page({ ...wanted, after, upTo: head });
    yield page;
    after = page.upTo;
  }
}

/** Counts what goes, and what cannot. */
class Export {
  readonly #damaged = new Neighbours();
  readonly #sources = new Set<string>();
  #telegrams = 0;

  get isWhole(): boolean {
    return this.#damaged.all.length === 0;
  }

  async *bytes(pages: AsyncIterable<JournalPage>): AsyncGenerator<Buffer> {
    for await (const { rows, unreadable } of pages) {
      if (unreadable !== undefined) this.#damaged.add(unreadable);
      const texts = rows.map((row) => this.#textOf(row));
      if (texts.length > 0) yield Buffer.from(texts.join(''), 'latin1');
    }
  }

  /** For people: what was left out, and how much there is. */
  report(): string {
    const lines = this.#damaged.all.map((one) => `left out: ${damageText(one)}`);
    const sources = [...this.#sources];
    if (sources.length > 1) lines.push(`telegrams of ${sources.join(' and ')} are mixed: --source takes those of one`);
    return [...lines, `${count(this.#telegrams, 'telegram')} exported`].map((line) => `${line}\n`).join('');
  }

  #textOf({ seq, source, at, text }: PageRow): string {
    if (text === undefined) {
      this.#damaged.add({
        subject: 'telegrams',
        first: seq,
        last: seq,
        from: at,
        to: at,
        what: 'its bytes are damaged',
      });
      return '';
    }
    this.#sources.add(source);
    this.#telegrams += 1;
    return text;
  }
}
