import { expect, test } from 'vitest';
import { Hosts } from '../../../src/web/access/hosts.ts';

test.each([
  'localhost:8011',
  'meterpi',
  'meterpi:8011',
  'MeterPi.local:8011',
  'meterpi.lan',
  'meterpi.home.arpa:8011',
  'meterpi.fritz.box',
  '192.168.1.5:8011',
  '[::1]:8011',
  'meter.example.org',
])('%s is one of ours', (host) => {
  expect(new Hosts('meterpi', ['Meter.example.org']).allows(host)).toBe(true);
});

test.each([
  '',
  'example.org',
  'other.lan',
  'lan',
  'meterpi.example.org',
  'x.meterpi.lan',
  'meterpi.lan.example.org',
  'evilmeterpi.lan',
])('%j is not', (host) => {
  expect(new Hosts('meterpi', ['meter.example.org']).allows(host)).toBe(false);
});

test('a machine without a name has none, and one with a long name has its label', () => {
  expect(new Hosts('', []).allows('.lan')).toBe(false);
  expect(new Hosts('', []).allows('lan')).toBe(false);
  expect(new Hosts('meterpi.example.org', []).allows('meterpi.lan')).toBe(true);
});
