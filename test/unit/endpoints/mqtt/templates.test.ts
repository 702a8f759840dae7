import { expect, test } from 'vitest';
import type { Component } from '../../../../src/endpoints/mqtt/components.ts';
import {
  agentDocument,
  endpointDocument,
  meterDocument,
  type DiscoveryDocument,
} from '../../../../src/endpoints/mqtt/documents.ts';
import { Inventory } from '../../../../src/endpoints/mqtt/inventory.ts';
import {
  availabilityMessage,
  bridgeHealthMessage,
  bridgeStateMessage,
  stateMessage,
} from '../../../../src/endpoints/mqtt/messages.ts';
import type { Publication } from '../../../../src/endpoints/mqtt/publication.ts';
import { topicsOf } from '../../../../src/endpoints/mqtt/topics.ts';
import { stateReader } from '../../../../src/reading/state-reader.ts';
import { fixture } from '../../../support/telegrams.ts';

const PUBLISHER = { prefix: 'home/p1', version: '1.0.0', pageUrl: undefined };
const TOPICS = topicsOf(PUBLISHER.prefix);
const at = new Date('2026-07-01T10:00:00Z');

type Found = string | number | null | undefined;

/** What a template of ours finds in a message. */
function rendered(template: string, { payload }: Publication): Found {
  const path = template.replace(/^\{\{ value_json|[\s}]+$/g, '').matchAll(/\.(\w+)|\['([\w-]+)'\]/g);
  return Array.from(path, ([, name, quoted]) => name ?? quoted ?? '').reduce(
    (value: unknown, key) => (value as Record<string, unknown>)[key],
    JSON.parse(String(payload)),
  ) as Found;
}

/** What Home Assistant can make use of. */
function fits({ platform, device_class, options, state_class }: Component, value: Found): boolean {
  if (platform === 'binary_sensor') return value === 'ON' || value === 'OFF';
  if (value === undefined || value === null) return value === null;
  if (device_class === 'timestamp') return !Number.isNaN(Date.parse(String(value)));
  if (options !== undefined) return options.includes(String(value));
  return state_class === undefined || typeof value === 'number';
}

function expectAllFit({ body, components }: DiscoveryDocument, message: Publication): void {
  expect(message.topic).toBe(body.state_topic);
  for (const [key, component] of Object.entries(components)) {
    const value = rendered(component.value_template, message);
    expect([key, value, fits(component, value)]).toEqual([key, value, true]);
  }
}

test.each([
  'derived/nl-dsmr-5.0.2-recrc.txt',
  'derived/be-emucs-2.1.1-3f-recrc.txt',
  'lu-smarty-1.1.3.txt',
  'se-aidon-6534.txt',
  'lt-eso-maximum-3f.txt',
  'field/ndokter__sag5sag-meter_p1-no-version-line.txt',
])('every entity of %s finds its value in the state', (file) => {
  const telegram = { raw: fixture(file), receivedAt: at, source: 'house', checksum: 'valid' } as const;
  const { state } = stateReader('Europe/Amsterdam')(telegram);
  const inventory = new Inventory(['gas', 'voltage_l1'], 0);
  inventory.see(state, 0);
  const facts = { meter: 'house', nickname: undefined, header: '', version: '50', names: inventory.names };
  const line = { lastTelegramAt: at, rejectedPercent: 0.1, hasProblem: false };
  expectAllFit(meterDocument(PUBLISHER, facts), stateMessage(TOPICS, 'house', inventory.complete(state), line));
});

test('every entity of the service and its endpoints finds its value in the health', () => {
  const endpoints = [
    { name: 'home', state: 'idle', waiting: 0, lastTakenAt: at },
    { name: 'vps-2', state: 'paused', waiting: 7, lastTakenAt: undefined },
  ];
  const health = bridgeHealthMessage(TOPICS, { version: '1.0.0', startedAt: at, sources: [], endpoints });
  expectAllFit(agentDocument(PUBLISHER), health);
  for (const { name } of endpoints) expectAllFit(endpointDocument(PUBLISHER, name), health);
});

test('what tells whether an entity can be believed says online and offline there', () => {
  const facts = { meter: 'house', nickname: undefined, header: '', version: undefined, names: [] };
  const [service, meter] = meterDocument(PUBLISHER, facts).body.availability;
  const up = bridgeStateMessage(TOPICS, 'online');
  expect([service?.topic, rendered(service?.value_template ?? '', up)]).toEqual([up.topic, 'online']);
  const heard = availabilityMessage(TOPICS, 'house', true);
  expect([meter?.topic, meter?.value_template, heard.payload]).toEqual([heard.topic, undefined, 'online']);
});
