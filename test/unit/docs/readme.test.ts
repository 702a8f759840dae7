import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OutboxRow } from '../../../src/service/desk.ts';
import type { Health } from '../../../src/service/health.ts';
import type { RejectionReason } from '../../../src/telegram/telegram.ts';
import { isSaidIn, linesLoggedIn, skeletonOf } from '../../support/log-lines.ts';
import { runCommand } from '../../support/service.ts';

const ROOT = join(import.meta.dirname, '../../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const SOURCES = sourceTexts();

describe('the log, as the README tells it', () => {
  const [, table = ''] = /<!-- log lines -->([^]*)<!-- \/log lines -->/.exec(README) ?? [];
  const told = firstCells(table).map(skeletonOf);

  test('has a row for every line that the program logs', () => {
    const logged = SOURCES.flatMap(linesLoggedIn);
    expect(logged.length).toBeGreaterThan(15);
    expect(logged.filter((line) => !told.includes(line))).toEqual([]);
  });

  // Those of the table of troubles, too: whatever has a place to fill in is a line of the program.
  const lines = firstCells(README).filter((cell) => cell.includes('‹') || told.includes(cell));
  test.each([...new Set(lines)])('is what the program says: %s', (line) => {
    expect(SOURCES.some((source) => isSaidIn(source, skeletonOf(line)))).toBe(true);
  });
});

describe('the README explains every', () => {
  // A word more or less in the program does not compile here.
  const states: Record<OutboxRow['state'], true> = {
    idle: true,
    delivering: true,
    later: true,
    verifying: true,
    paused: true,
    stopped: true,
  };
  const statuses: Record<Health['status'], true> = { pass: true, warn: true, fail: true };
  const reasons: Record<RejectionReason, true> = {
    checksum: true,
    'checksum-missing': true,
    truncated: true,
    oversized: true,
    parity: true,
    implausible: true,
    inconsistent: true,
    encrypted: true,
    decryption: true,
  };

  test.each([
    ['state of an endpoint', 'States', 'state', states],
    ['status of the service', 'States', 'status', statuses],
    ['reason to reject', 'CRC errors', 'reason', reasons],
  ])('%s', (_, section, head, words) => {
    expect(firstCells(tableUnder(section, head)).sort()).toEqual(Object.keys(words).sort());
  });
});

describe('a command that the README shows', () => {
  const shown = commandLines();
  const names = [...new Set(shown.map(({ name }) => name))];

  test('is one of the program, and each of the program is shown', async () => {
    const { stdout } = await runCommand(['--help']);
    const known = [...stdout.matchAll(/^ {2}([a-z]+) \[/gm)].map(([, name = '']) => name);
    expect(known.length).toBeGreaterThan(5);
    expect(names.sort()).toEqual(known.filter((name) => name !== 'help').sort());
  });

  test.each(names)('has the options that are used: p1-relay %s', async (name) => {
    const lines = shown.filter((line) => line.name === name).map(({ rest }) => rest);
    const used = lines.flatMap((line) => line.match(/--[a-z-]+/g) ?? []);
    const { stdout: help } = await runCommand([name, '--help']);
    expect(help).toContain(`p1-relay ${name}`);
    expect(used.filter((option) => !help.includes(option))).toEqual([]);
  });

  test('ends with the exit codes of the table', async () => {
    const ended = await Promise.all([
      runCommand(['decode'], { input: readFileSync(fixture('nl-dsmr-3.0.txt')) }),
      runCommand(['decode'], { input: Buffer.from('/no telegram') }),
      runCommand(['no-such-command']),
      runCommand(['health'], { config: { source: { type: 'simulator' }, state: { dir: './none' } } }),
      runCommand(['check'], { config: {} }),
    ]);
    const codes = ended.map(({ code }) => String(code));
    expect(codes).toEqual(['0', '1', '2', '69', '78']);
    expect(firstCells(tableUnder('Commands', 'exit code'))).toEqual(codes);
  });
});

describe.each(['README.md', 'src/README.md', 'CHANGELOG.md'])('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const folder = join(ROOT, page, '..');

  test('links only to files and headings that there are', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const local = links.filter((link) => !link.startsWith('https://'));
    const named = [...text.matchAll(/<a id="([\w-]+)"><\/a>/g)].map(([, name = '']) => `#${name}`);
    const anchors = [...headings(text).map((heading) => `#${anchorOf(heading)}`), ...named];
    const broken = local.filter((link) => (link.startsWith('#') ? !anchors.includes(link) : !exists(folder, link)));
    expect(broken).toEqual([]);
  });

  test('names only files and scripts that there are', () => {
    const paths = [...text.matchAll(/[`"/](?:p1-relay\/)?((?:deploy|test|src|\.ci)\/[\w./-]*\w)/g)];
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
    const { scripts: known } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    expect(paths.map(([, path = '']) => path).filter((path) => !exists(ROOT, path))).toEqual([]);
    expect(scripts.filter((script) => !(script in known))).toEqual([]);
  });
});

test('the map of the code shows every file and folder of src', () => {
  const map = readFileSync(join(ROOT, 'src/README.md'), 'utf8');
  const [, tree = ''] = /```\nsrc\/\n([^]*?)\ntest\//.exec(map) ?? [];
  const shown = [...tree.matchAll(/^ {2}([\w.-]+)\/? /gm)].map(([, name]) => name);
  const there = readdirSync(join(ROOT, 'src')).filter((name) => name !== 'README.md');
  expect(shown.sort()).toEqual(there.sort());
});

function sourceTexts(): string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'));
}

/** What stands in the first cell of each row of tables, without its backticks; rows of heads and rules left out. */
function firstCells(markdown: string): string[] {
  const rows = markdown.matchAll(/^\| (?:(`+)(.+?)\1|(\d+)) \|/gm);
  return Array.from(rows, ([, , code, number]) => code ?? number ?? '');
}

/** The table with this head in its first column, under a heading. */
function tableUnder(heading: string, head: string): string {
  const [, section = ''] = new RegExp(`\n##+ ${heading}\n([^]*?)(?=\n##|$)`).exec(README) ?? [];
  const [table = ''] = new RegExp(`\n\\| ${head} \\|[^]*?(?=\n\n|$)`).exec(section) ?? [];
  return table;
}

/** Every command line of the program in the code of the README, blocks and text; each once. */
function commandLines(): { name: string; rest: string }[] {
  const code = README.matchAll(/^```\w*\n([^]*?)^```|(?<!`)`([^`\n]+)`(?!`)/gm);
  const lines = Array.from(code, ([, block, inline]) => block ?? inline ?? '').flatMap((text) => text.split('\n'));
  const commands = [...new Set(lines)].map((line) => /^(?:sudo (?:env \S+ )?)?p1-relay ([a-z]+)\b ?(.*)$/.exec(line));
  return commands.flatMap((match) => (match === null ? [] : { name: match[1] ?? '', rest: match[2] ?? '' }));
}

function headings(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => heading);
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function fixture(name: string): string {
  return join(ROOT, 'test/fixtures/telegrams', name);
}

function exists(folder: string, path: string): boolean {
  try {
    readFileSync(join(folder, path.replace(/#.*/, '')));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
}
