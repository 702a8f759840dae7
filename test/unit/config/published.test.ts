import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/config/load.ts';
import { publishedSchema, settingsGroups, withSettingsTables } from '../../support/settings-docs.ts';

const ROOT = join(import.meta.dirname, '../../..');
const REMEDY = 'run: npm run schema';
const example = read('deploy/config.example.yaml');

describe('what is generated from the schema is up to date', () => {
  test('deploy/config.schema.json', () => {
    expect(JSON.parse(read('deploy/config.schema.json')), REMEDY).toEqual(publishedSchema());
  });

  const hasReadme = existsSync(join(ROOT, 'README.md'));
  if (!hasReadme) console.warn('skipped: the tables of settings in README.md, there is no README.md');
  test.skipIf(!hasReadme)('the tables of settings in README.md', () => {
    expect(withSettingsTables(read('README.md')), REMEDY).toBe(read('README.md'));
  });
});

describe('config.example.yaml', () => {
  const folder = mkdtempSync(join(tmpdir(), 'p1-relay-example-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const blocks = blocksOf(example);
  const load = (text: string) => {
    writeFileSync(join(folder, 'config.yaml'), text, { mode: 0o600 });
    return loadConfig({
      file: 'config.yaml',
      cwd: folder,
      env: {
        ...{ VPS_KEY: 'k', INFLUX_TOKEN: 't', MQTT_PASSWORD: 'm', WEBHOOK_AUTHORIZATION: 'a', WEBHOOK_SECRET: 's' },
        METER_KEY: '000102030405060708090A0B0C0D0E0F',
      },
      root: folder,
    });
  };

  test('loads as it is, with all defaults but a key to fill in', async () => {
    const { config, warnings } = await load(example);
    expect(warnings).toEqual([]);
    expect(config.sources.map(({ type, settings }) => [type, settings['port']])).toEqual([['serial', '/dev/ttyUSB0']]);
    expect(config.endpoints.map(({ name, type }) => [name, type])).toEqual([['home', 'dsmr-v1']]);
  });

  test('loads with any of its other choices', async () => {
    const sections = blocks
      .filter((block) => /^(journal|http|compat|stream|prices|state|log):/m.test(block))
      .join('\n');
    const sources = blocks.filter((block) => /^sources?:/m.test(block));
    const endpoints = blocks
      .filter((block) => /^(endpoints:| +- name:)/m.test(block) && !sources.includes(block))
      .join('\n');
    expect(sources.length).toBeGreaterThan(4);
    await load([sources[0], endpoints, sections.replaceAll('source: house', '')].join('\n'));
    const served = sections.replaceAll('enabled: false', 'enabled: true');
    for (const source of sources) {
      const names = /^sources:/m.test(source) ? served : served.replaceAll('source: house', '');
      await load([source, names].join('\n'));
    }
  });

  const shown = settingsShown(blocks);
  test.each(settingsGroups(publishedSchema()))(
    'shows every setting, with its default: $title',
    ({ title, settings }) => {
      for (const { name, preset } of settings) {
        const values = shown
          .filter((setting) => setting.title === title && setting.name === name)
          .map(({ value }) => value);
        expect(values, `${title}, ${name}`).not.toEqual([]);
        if (preset !== undefined) expect(values, `${title}, ${name}`).toContain(preset);
      }
    },
  );
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The paragraphs of the example, with the comment taken off settings that stand behind a bare `#`. */
function blocksOf(text: string): string[] {
  const uncommented = text.replace(/^( *)#(?=\S| {2})/gm, '$1');
  return uncommented.split('\n\n');
}

interface Shown {
  readonly title: string;
  readonly name: string;
  readonly value: string;
}

/** Every setting that the example shows, under the title of its group and of its family. */
function settingsShown(blocks: readonly string[]): Shown[] {
  return blocks.flatMap((block) => {
    const isListOnly = /^ +-/m.test(block) && !/^\w+:/m.test(block);
    const data = (parse(isListOnly ? `endpoints:\n${block}` : block) ?? {}) as Record<string, unknown>;
    return Object.entries(data).flatMap(([key, value]) => {
      if (key === 'source') return showMember('source', value);
      if (key === 'prices') return (value as unknown[]).flatMap((entry) => show(`\`${key}\``, entry));
      if (key === 'endpoints') return (value as unknown[]).flatMap((endpoint) => showMember('endpoint', endpoint));
      return key === 'sources' ? [] : show(`\`${key}\``, value);
    });
  });
}

function showMember(family: string, member: unknown): Shown[] {
  const { type } = member as { type: string };
  return [...show(`every ${family}`, member), ...show(`${family} of type \`${type}\``, member)];
}

function show(title: string, settings: unknown): Shown[] {
  return Object.entries(settings as object).map(([name, value]) => {
    return { title, name, value: Array.isArray(value) ? `[${value.join(', ')}]` : String(value) };
  });
}
