import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { endpointTypes } from '../../src/endpoints/index.ts';
import { sourceTypes } from '../../src/sources/index.ts';

/** What this project reads of a JSON Schema that zod made. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

/** The schema of the configuration file as editors take it (JSON Schema 2020-12). */
export function publishedSchema(): JsonSchema {
  const schema = configSchema({ sources: sourceTypes, endpoints: endpointTypes });
  return { ...z.toJSONSchema(schema, { io: 'input' }), title: 'Configuration of p1-relay' } as JsonSchema;
}

/** One setting, as a person is told of it. */
interface Setting {
  readonly name: string;
  readonly description: string;
  /** As one would write it in the file; undefined where there is none. */
  readonly preset: string | undefined;
  readonly isRequired: boolean;
}

/** The settings of one kind of source or endpoint, or of one section. */
export interface SettingsGroup {
  readonly title: string;
  /** Of its table in the README, where others point to it. */
  readonly anchor?: string;
  readonly settings: readonly Setting[];
}

/** All settings in the order of the README: what all sources have, each kind of source, endpoints alike, the rest; of a list those of an entry. */
export function settingsGroups(schema: JsonSchema): SettingsGroup[] {
  const { source, sources, endpoints, ...sections } = schema.properties ?? {};
  if (source?.oneOf === undefined || sources === undefined || endpoints?.items?.oneOf === undefined) {
    throw new Error('the schema has no source, sources and endpoints with kinds');
  }
  return [
    ...groupFamily('source', source.oneOf),
    ...groupFamily('endpoint', endpoints.items.oneOf),
    ...Object.entries(sections).map(([name, section]) => ({
      title: `\`${name}\``,
      settings: settingsOf(section.items ?? section),
    })),
  ];
}

/** The section of the README between its markers: a table of settings a group. */
function settingsTables(): string {
  return settingsGroups(publishedSchema()).map(tableOf).join('\n');
}

const MARKERS = /(<!-- settings -->\n)[^]*?(\n<!-- \/settings -->)/;

/** A README with the tables between `<!-- settings -->` and `<!-- /settings -->`. Throws where it has no such place. */
export function withSettingsTables(readme: string): string {
  if (!MARKERS.test(readme))
    throw new Error('README.md has no <!-- settings --> … <!-- /settings --> to put the tables in');
  return readme.replace(MARKERS, (_, start: string, end: string) => `${start}\n${settingsTables()}${end}`);
}

/** Where in the README the settings of a kind of source or endpoint stand. */
export function anchorOf(family: string, type: string): string {
  return `${family}-${type}`;
}

function groupFamily(family: string, kinds: readonly JsonSchema[]): SettingsGroup[] {
  const types = kinds.map(({ properties }) => properties?.['type']?.const ?? '');
  const [first = {}, ...others] = kinds;
  const isCommon = (name: string) => others.every((kind) => isSame(kind.properties?.[name], first.properties?.[name]));
  const common = settingsOf(first).filter(({ name }) => isCommon(name));
  const type = { name: 'type', description: types.join(', '), preset: undefined, isRequired: true };
  const own = kinds.map((kind, index) => ({
    title: `${family} of type \`${types[index] ?? ''}\``,
    anchor: anchorOf(family, types[index] ?? ''),
    settings: settingsOf(kind).filter(({ name }) => !isCommon(name)),
  }));
  return [
    { title: `every ${family}`, settings: [type, ...common] },
    ...own.filter(({ settings }) => settings.length > 0),
  ];
}

function settingsOf({ properties = {}, required = [] }: JsonSchema): Setting[] {
  const settings = Object.entries(properties).filter(([name]) => name !== 'type');
  return settings.map(([name, { description = '', default: preset }]) => ({
    name,
    description,
    preset: presetOf(preset),
    isRequired: required.includes(name),
  }));
}

/** Words as they are, lists as YAML writes them; a section has no default of its own. */
function presetOf(preset: unknown): string | undefined {
  if (Array.isArray(preset)) return preset.length === 0 ? undefined : `[${preset.join(', ')}]`;
  return typeof preset === 'string' || typeof preset === 'number' || typeof preset === 'boolean'
    ? String(preset)
    : undefined;
}

function isSame(a: JsonSchema | undefined, b: JsonSchema | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function tableOf({ title, anchor, settings }: SettingsGroup): string {
  const rows = settings.map(({ name, description, preset, isRequired }) => {
    const normally = preset === undefined ? (isRequired ? 'must be given' : '') : `\`${preset}\``;
    return `| \`${name}\` | ${normally} | ${description.replaceAll('|', '\\|')} |`;
  });
  const head = anchor === undefined ? `**${title}**` : `<a id="${anchor}"></a>**${title}**`;
  return [head, '', '| setting | default | what it is for |', '| --- | --- | --- |', ...rows, ''].join('\n');
}
