import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { lstat, rm } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** The meter's end of a pseudo-terminal: what is written to it can be read from `path` like from a serial port. */
export interface Pty {
  /** A symbolic link to the terminal. */
  readonly path: string;
  /** Resolves when somebody opens it for the first time: bytes are kept until then. */
  readonly opened: Promise<void>;
  /** Resolves when the bytes have left this process. The kernel holds about 4 kB that nobody reads. */
  write(bytes: Uint8Array): Promise<void>;
  /** Hangs up as a pulled cable does, `now` or `behindLastByte` of what was written, and removes the link. */
  hangUp(when?: 'now' | 'behindLastByte'): Promise<void>;
}

/**
 * A pseudo-terminal whose far end this process writes, through `socat` or, where that is missing, `python3`:
 * Node itself can make none.
 * @throws {Error} when neither program is installed, or the link cannot be made.
 */
export async function openPty(options: { link: string; tool?: PtyTool | undefined }): Promise<Pty> {
  const tool = options.tool ?? findPtyTool();
  if (tool === undefined) throw new Error(PTY_TOOL_MISSING);
  const [command, ...args] = TOOLS[tool](options.link);
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.on('error', () => undefined); // a far end that has gone shows as the child's exit
  const log = followLog(child.stderr);
  await untilLinked(options.link, child, tool, log);
  return {
    path: options.link,
    opened: log.transferring,
    write: (bytes) => writeAll(child.stdin, bytes),
    async hangUp(when = 'now') {
      if (when === 'now') child.kill('SIGKILL');
      else child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(options.link, { force: true });
    },
  };
}

/** The programs that can make a pseudo-terminal. */
export type PtyTool = 'socat' | 'python3';

export const PTY_TOOL_MISSING =
  'no program can make a pseudo-terminal here: install one of them with `sudo apt install socat` or `sudo apt install python3`';

/** The first of the programs that is installed. */
export function findPtyTool(): PtyTool | undefined {
  return (Object.keys(TOOLS) as PtyTool[]).find((tool) => spawnSync(tool, ['-V']).status === 0);
}

const PYTHON = `
import os, select, sys, time, tty
master, slave = os.openpty()
tty.setraw(slave)
os.symlink(os.ttyname(slave), sys.argv[1])
os.close(slave)
poll = select.poll()
poll.register(master, 0)
poll.register(0, 0)
while ready := dict(poll.poll(0)):
    if 0 in ready: sys.exit()
    time.sleep(0.01)
print('starting data transfer', file=sys.stderr, flush=True)
while data := os.read(0, 4096):
    while data: data = data[os.write(master, data):]
`;

// Both wait until somebody opens the terminal: opening flushes whatever was written before.
const TOOLS: Readonly<Record<PtyTool, (link: string) => readonly [string, ...string[]]>> = {
  socat: (link) => ['socat', '-d', '-d', '-u', 'STDIN', `pty,rawer,link=${link},wait-slave,pty-interval=0.01`],
  python3: (link) => ['python3', '-c', PYTHON, link],
};

const LINK_POLL_MS = 5;

interface ToolLog {
  last: string;
  readonly transferring: Promise<void>;
}

/** Both programs say so when somebody has opened the terminal. */
function followLog(stderr: Readable): ToolLog {
  let onTransfer: () => void = () => undefined;
  const log: ToolLog = { last: '', transferring: new Promise((resolve) => (onTransfer = resolve)) };
  stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = text.trim().split('\n');
    log.last = (lines.find((line) => line.includes('] E ')) ?? lines.at(-1) ?? '').replace(/^.*\] E /, '');
    if (text.includes('starting data transfer')) onTransfer();
  });
  return log;
}

async function untilLinked(link: string, child: ChildProcess, tool: PtyTool, log: ToolLog): Promise<void> {
  while ((await lstat(link).catch(() => undefined)) === undefined) {
    if (child.exitCode !== null) throw new Error(`${tool} could not make a pseudo-terminal at ${link}: ${log.last}`);
    await wait(LINK_POLL_MS);
  }
}

function writeAll(stream: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
