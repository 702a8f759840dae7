import { expect, test } from 'vitest';
import { Window } from '../../../src/telegram/window.ts';

const SLASH = 0x2f;
const MARK = 0x21;

test.each([SLASH, MARK, SLASH | 0x80, MARK | 0x80])(
  'byte %i is found at any place, from any place in front of it',
  (byte) => {
    for (let place = 0; place < 12; place++) {
      const window = new Window(16);
      window.append(Buffer.alloc(12, 0x2e).fill(byte, place, place + 1), 0);
      for (let from = 0; from <= place; from++) expect(window.find(from, SLASH, MARK)).toBe(place);
      for (let from = place + 1; from <= 12; from++) expect(window.find(from, SLASH, MARK)).toBe(12);
    }
  },
);

test('what is no longer in hand is not found, nor what is not yet', () => {
  const window = new Window(16);
  window.append(Buffer.from('................'), 0);
  window.begin = 14;
  window.append(Buffer.from('/......'), 0);
  window.begin = 17;
  expect(window.find(17, SLASH, MARK)).toBe(23);
  expect(window.find(16, SLASH, MARK)).toBe(16);
});

test('a byte that differs from one of the two in any bit but the top one is not found', () => {
  for (let byte = 0; byte < 256; byte++) {
    const window = new Window(16);
    window.append(Buffer.alloc(16, byte), 0);
    expect(window.find(0, SLASH, MARK)).toBe([SLASH, MARK].includes(byte & 0x7f) ? 0 : 16);
  }
});
