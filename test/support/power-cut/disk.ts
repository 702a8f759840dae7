import { Content } from './content.ts';
import type { Change } from './disk-log.ts';

/** What a card writes at once. */
const SECTOR_BYTES = 512;

type Dice = () => number;

/** Files of a folder, by name. */
export type Files = ReadonlyMap<string, Buffer>;

/** How likely a change that was never synced is on the disk behind a power cut. */
interface Luck {
  readonly kept: number;
  readonly torn: number;
}

/** A file by whatever name: what is surely on the disk, and what changed since. */
class File {
  readonly #synced: Content;
  #pending: Change[] = [];

  constructor(synced: Uint8Array) {
    this.#synced = new Content(synced);
  }

  get isSynced(): boolean {
    return this.#pending.length === 0;
  }

  change(change: Change): void {
    this.#pending.push(change);
  }

  sync(): void {
    for (const change of this.#pending) apply(this.#synced, change);
    this.#pending = [];
  }

  /** As whoever reads it sees it. */
  whole(): Buffer {
    const content = new Content(this.#synced.bytes);
    for (const change of this.#pending) apply(content, change);
    return content.bytes;
  }

  /** As a power cut may leave it: each sector that was not synced is kept, dropped or torn by itself. */
  cut(dice: Dice, { kept, torn }: Luck): Buffer {
    const content = new Content(this.#synced.bytes);
    for (const part of this.#pending.flatMap((change) => [...sectorsOf(change)])) {
      const thrown = dice();
      if (thrown < kept) apply(content, part);
      else if (thrown < kept + torn) apply(content, tear(part, dice()));
    }
    return content.bytes;
  }
}

/**
 * A folder on a disk, change by change, that can lose its power at any moment. What was synced is there behind it; of
 * anything else each sector, each change of a size and each change of a name is there or not.
 */
export class Disk {
  /** Names that surely lead to their files, and what changed of them since the folder was synced. */
  #synced: ReadonlyMap<string, File>;
  #names: ReadonlyMap<string, File>;
  #pending: ((names: ReadonlyMap<string, File>) => ReadonlyMap<string, File>)[] = [];

  /** A disk on which these files lie, all of them synced. */
  constructor(files: Files) {
    this.#synced = this.#names = new Map([...files].map(([name, bytes]) => [name, new File(bytes)]));
  }

  apply(change: Change): void {
    const { kind, name, data } = change;
    if (kind === 'sync') this.#sync(name);
    else if (kind === 'create') this.#rename(entering(name, new File(new Uint8Array())));
    else if (kind === 'unlink') this.#rename(leaving(name));
    else if (kind === 'rename') this.#rename(moving(name, data.toString(), this.#file(name)));
    else this.#file(name).change(change);
  }

  /** True where nothing of this file would be lost, or where there is none. */
  isSynced(name: string): boolean {
    return this.#names.get(name)?.isSynced ?? true;
  }

  /** The files as whoever reads them sees them. */
  whole(): Files {
    return new Map([...this.#names].map(([name, file]) => [name, file.whole()]));
  }

  /** The files as a power cut at this moment may leave them. */
  cut(dice: Dice): Files {
    const luck = { kept: pick(KEPT, dice), torn: pick(TORN, dice) };
    const kept = this.#pending.filter(() => dice() < luck.kept);
    const names = kept.reduce((before, change) => change(before), this.#synced);
    return new Map([...names].map(([name, file]) => [name, file.cut(dice, luck)]));
  }

  #sync(name: string): void {
    if (name === '') this.#syncNames();
    else this.#file(name).sync();
  }

  #syncNames(): void {
    this.#synced = this.#names;
    this.#pending = [];
  }

  #rename(change: (names: ReadonlyMap<string, File>) => ReadonlyMap<string, File>): void {
    this.#names = change(this.#names);
    this.#pending.push(change);
  }

  #file(name: string): File {
    const file = this.#names.get(name);
    if (file === undefined) throw new Error(`the log changes ${name}, a file that it never made`);
    return file;
  }
}

/** From a disk that wrote nothing of its own accord to one that was all but done; the rest is dropped. */
const KEPT = [0, 0.1, 0.5, 0.9, 0.98, 1];
const TORN = [0, 0.05, 0.5];

const pick = (shares: readonly number[], dice: Dice): number => shares[Math.floor(dice() * shares.length)]!;

const entering = (name: string, file: File) => (names: ReadonlyMap<string, File>) => new Map([...names, [name, file]]);

const leaving = (name: string) => (names: ReadonlyMap<string, File>) =>
  new Map([...names].filter(([other]) => other !== name));

const moving = (from: string, to: string, file: File) => (names: ReadonlyMap<string, File>) =>
  entering(to, file)(leaving(from)(names));

/** A change in parts that a disk does or does not do by themselves; the size of a file that grows is one. */
function* sectorsOf(change: Change): Generator<Change> {
  const { kind, offset, data } = change;
  if (kind !== 'write') {
    yield change;
    return;
  }
  yield { ...change, kind: 'allocate', offset: offset + data.length };
  for (let from = 0; from < data.length;) {
    const to = Math.min(data.length, from + SECTOR_BYTES - ((offset + from) % SECTOR_BYTES));
    yield { ...change, offset: offset + from, data: data.subarray(from, to) };
    from = to;
  }
}

/** A sector of which only the beginning or the end was written; a size is changed or not. */
function tear(part: Change, thrown: number): Change {
  const { kind, offset, data } = part;
  if (kind !== 'write') return part;
  const at = Math.floor((2 * thrown * data.length) % data.length);
  return thrown < 0.5
    ? { ...part, data: data.subarray(0, at) }
    : { ...part, offset: offset + at, data: data.subarray(at) };
}

function apply(content: Content, { kind, offset, data }: Change): void {
  if (kind === 'resize') content.resize(offset);
  else if (kind === 'allocate') content.grow(offset);
  else content.write(offset, data);
}
