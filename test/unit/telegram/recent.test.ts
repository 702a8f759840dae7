import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Recent } from '../../../src/telegram/recent.ts';

test('the newest bytes are those that came last, in order, whatever the sizes of the pieces', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.uint8Array({ maxLength: 50 })), (size, pieces) => {
      const recent = new Recent(size);
      for (const piece of pieces) recent.push(piece);
      expect(recent.bytes).toEqual(Buffer.concat(pieces).subarray(-size));
    }),
  );
});

test('once cleared it begins anew', () => {
  const recent = new Recent(4);
  recent.push(Buffer.from('abcdef'));
  recent.clear();
  recent.push(Buffer.from('xy'));
  expect(recent.bytes.toString()).toBe('xy');
});
