/** One change of the folder, as `disk-shim.c` wrote it down. */
export interface Change {
  readonly kind: 'create' | 'write' | 'resize' | 'allocate' | 'sync' | 'rename' | 'unlink';
  /** Relative to the folder, which itself has the name ''. */
  readonly name: string;
  /** Where a write begins, or the size of a file that was resized; in bytes. */
  readonly offset: number;
  /** What was written, or the new name of a renamed file. */
  readonly data: Buffer;
}

const KINDS: Readonly<Record<string, Change['kind']>> = {
  c: 'create',
  w: 'write',
  t: 'resize',
  a: 'allocate',
  s: 'sync',
  r: 'rename',
  u: 'unlink',
};
const HEADER_BYTES = 24;

/** The changes of a log, in the order in which they happened. */
export function changesIn(log: Buffer): Change[] {
  const changes: Change[] = [];
  for (let at = 0; at < log.length;) {
    const kind = KINDS[String.fromCharCode(log.readUInt32LE(at))]!;
    const nameEnd = at + HEADER_BYTES + log.readUInt32LE(at + 4);
    const end = nameEnd + Number(log.readBigUInt64LE(at + 16));
    const name = log.toString('utf8', at + HEADER_BYTES, nameEnd);
    changes.push({ kind, name, offset: Number(log.readBigInt64LE(at + 8)), data: log.subarray(nameEnd, end) });
    at = end;
  }
  return changes;
}
