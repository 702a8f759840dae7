import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMask } from '../../../src/telemetry/mask.ts';

describe('mask', () => {
  const mask = createMask(['s3cret-key', 's3cret-key-of-the-other']);

  test.each([
    ['wrong key s3cret-key.', 'wrong key ***.'],
    ['s3cret-key-of-the-other', '***'],
    ['a telegram of /ISK5\\2M550T-1012 came', 'a telegram of /*** came'],
    ['header /KMP5 ZABF001551772711', 'header /***'],
    ['header /KFM5KAIFA-METER here', 'header /*** here'],
    ['0-0:96.1.1(4B384547303034303436333935353037)', '0-0:96.1.1(***)'],
    ['id 4b384547303034303436333935353037', 'id ***'],
  ])('%s', (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  test.each([
    '/dev/ttyUSB0: No such file or directory',
    '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART-if00-port0',
    'http://192.168.1.10:7777/api/v1/datalogger/dsmrreading answered 403',
    'endpoint home: back after 12 min; 720 telegrams waiting',
    '/var/lib/p1-relay/journal.db.corrupt-2026-11-21T10-00-00.000Z',
  ])('leaves alone what identifies nobody: %s', (text) => {
    expect(mask(text)).toBe(text);
  });

  test('no secret of four characters or more gets through, wherever it stands', () => {
    const secret = fc.string({
      minLength: 4,
      maxLength: 40,
      unit: fc.constantFrom('a', 'b', 'F', 'G', '0', '9', '-', '_', '.', '$', '('),
    });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (key, before, after) => {
        expect(createMask([key])(`${before}${key}${after}`).includes(key)).toBe(key === '***');
      }),
      { seed: 20261121 },
    );
  });
});
