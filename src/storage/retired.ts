import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many are let go of at a time: together they take some 200 kB. */
const AT_A_TIME = 500;

/** The weak reference tells whether a collection took it. */
interface Retired {
  readonly object: object;
  readonly weak: WeakRef<object>;
}

const retired: Retired[] = [];
/** Those that somebody still holds do not count. */
let most = AT_A_TIME;
let collectGarbage: (() => void) | undefined;

/**
 * Holds native objects that are done with, and now and then lets go of them by a collection that is asked for here. Where V8 collects
 * them on its own account, no JavaScript may be running: an addon that was compiled with the headers of Node 24.19 or later then
 * ends the process (nodejs/node#65446).
 */
export function retire(objects: Iterable<object>): void {
  for (const object of objects) retired.push({ object, weak: new WeakRef(object) });
  if (retired.length >= most) letGo();
}

/** What is still held by others, or was retired in this very turn, is not taken, and stays here. */
function letGo(): void {
  const weak = forgotten();
  collectGarbage ??= exposed();
  collectGarbage();
  for (const one of weak) {
    const object = one.deref();
    if (object !== undefined) retired.push({ object, weak: one });
  }
  most = retired.length + AT_A_TIME;
}

/** In a call of its own, and the list emptied, not replaced: frames of calls hold what they have touched. */
function forgotten(): readonly WeakRef<object>[] {
  const all = retired.map(({ weak }) => weak);
  retired.length = 0;
  return all;
}

function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
