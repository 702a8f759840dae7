const MOST_TRIES = 5_000;

/** The shortest bytes that are found to fail as these do, by leaving out ever smaller pieces. */
export function shrink(bytes: Buffer, fails: (bytes: Buffer) => boolean): Buffer {
  let shortest = bytes;
  let tries = 0;
  for (let size = bytes.length >> 1; size >= 1 && tries < MOST_TRIES; size >>= 1) {
    for (let at = 0; at < shortest.length && tries < MOST_TRIES; tries++) {
      const rest = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + size)]);
      if (rest.length > 0 && fails(rest)) shortest = rest;
      else at += size;
    }
  }
  return shortest;
}
