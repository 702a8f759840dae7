import { isAlias, isMap as isYamlMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, ErrorCode, Pair } from 'yaml';
import { entriesOf, isMap, type Path } from './path.ts';

/** A YAML text as plain data, which knows on which line each setting stands. */
export interface SettingsDocument {
  /** Plain data; undefined where the text could not be read. */
  readonly values: unknown;
  /** `file:line:col` of a setting, or undefined where the text has none there. */
  readonly locate: (path: Path) => string | undefined;
  /** What is wrong with the text itself, each line complete. */
  readonly problems: readonly string[];
}

const PARSER = { prettyErrors: false, stringKeys: true, logLevel: 'error' } as const;

/**
 * Reads the text of a configuration file. A setting without a value is as if it were not there, so that a section
 * may stay behind empty when all that was in it is commented out.
 */
export function readDocument(text: string, file: string): SettingsDocument {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  try {
    const document = parseDocument(text, { ...PARSER, lineCounter: lines });
    const faults: Fault[] = [...document.errors, ...document.warnings, ...danglingAliases(document)];
    const problems = faults.map((fault) => `${place(fault.pos[0])} ${describeFault(fault, text)}`);
    const values = faults.every(leavesDataWhole) ? withoutEmpty(document.toJS({ maxAliasCount: 100 })) : undefined;
    if (problems.length === 0 && document.contents === null) problems.push(`${file}: is empty, ${HOW_TO_BEGIN}`);
    else if (values !== undefined && !isMap(values)) problems.push(`${place(0)} ${NOT_A_MAP}`);
    return { values, problems, locate: (path) => locate(document, path, place) };
  } catch {
    return { values: undefined, problems: [`${file}: ${TOO_DEEP}`], locate: () => undefined };
  }
}

const HOW_TO_BEGIN = 'expected at least source: and endpoints:, as in config.example.yaml';
const NOT_A_MAP = `holds no settings, expected lines such as source: and endpoints:, as in config.example.yaml`;
/** The only errors that the parser throws: its own stack, and aliases that unfold without an end. */
const TOO_DEEP = 'is nested too deep, or repeats itself through aliases (*name) too often';

/** Why a text is no good YAML, and what to do: the parser's own words may quote a secret, so they are not used. */
const FAULTS: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'got a tab before the setting, expected spaces',
  BAD_INDENT: 'is indented unlike the lines above it, or a closing bracket is missing there',
  BAD_ALIAS: 'a text that begins with * or & must stand in quotes',
  BAD_SCALAR_START: 'a text that begins with @, ` or % must stand in quotes',
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins an escape; use single quotes',
  TAG_RESOLVE_FAILED:
    'a text that begins with ! must stand in quotes; secrets are {env: NAME}, {file: PATH} or {credential: NAME}',
  MISSING_CHAR: 'a quote, comma, colon or closing bracket is missing here or on the line above',
  BLOCK_AS_IMPLICIT_KEY: 'expected one setting on this line; a text with ": " in it must stand in quotes',
  MULTILINE_IMPLICIT_KEY: 'expected a colon and a value after the name of a setting',
  MULTIPLE_DOCS: 'a second document (---) begins here, expected one',
  NON_STRING_KEY: 'expected a name before the colon',
};

interface Fault {
  readonly code: ErrorCode;
  readonly pos: readonly [number, number];
}

/** The parser itself speaks of these only when the data is taken out, and then by an error that names the text. */
function danglingAliases(document: Document): Fault[] {
  const anchors = new Set<string>();
  const faults: Fault[] = [];
  visit(document, (_, node) => {
    if (!isNode(node)) return;
    if (!isAlias(node)) anchors.add(node.anchor ?? '');
    else if (!anchors.has(node.source)) faults.push({ code: 'BAD_ALIAS', pos: [startOf(node) ?? 0, 0] });
  });
  return faults;
}

function describeFault({ code, pos }: Fault, text: string): string {
  if (code !== 'DUPLICATE_KEY')
    return FAULTS[code] ?? `is no YAML (${code}); compare the line with config.example.yaml`;
  const [key = ''] = /^[\w-]*/.exec(text.slice(pos[0], pos[0] + 40)) ?? [];
  return `${key}: stands twice in the same map; keep one of them`;
}

function leavesDataWhole({ code }: Fault): boolean {
  return code === 'DUPLICATE_KEY' || code === 'TAG_RESOLVE_FAILED';
}

/** `{ gas: 1,19 }` is a gas of 1 and a 19 without a value: YAML knows no decimal commas, and it must be told. */
const BEHIND_COMMA = /^\d+$/;

function withoutEmpty(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutEmpty);
  if (!isMap(data)) return data;
  const filled = entriesOf(data).filter(([key, value]) => value !== null || BEHIND_COMMA.test(String(key)));
  return Object.fromEntries(filled.map(([key, value]) => [key, withoutEmpty(value)]));
}

/** A setting is where its name is; an entry of a list is where it begins. */
function locate(document: Document, path: Path, place: (offset: number) => string): string | undefined {
  let at: unknown = document.contents;
  let offset: number | undefined = 0;
  for (const key of path) {
    const entry: unknown = isSeq(at) ? at.items[Number(key)] : isYamlMap(at) ? at.items.find(named(key)) : undefined;
    if (entry === undefined) return undefined;
    offset = startOf(isPair(entry) ? entry.key : entry);
    at = isPair(entry) ? entry.value : entry;
  }
  return offset === undefined ? undefined : place(offset);
}

function named(key: string | number): (pair: Pair) => boolean {
  return (pair) => isScalar(pair.key) && pair.key.value === key;
}

function startOf(node: unknown): number | undefined {
  const { range } = node as { range?: readonly [number, number, number] | null };
  return range?.[0];
}
