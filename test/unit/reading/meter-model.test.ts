import { expect, test } from 'vitest';
import { headerOf, modelOf } from '../../../src/reading/meter-model.ts';
import { printPosted } from '../../../src/reading/posted.ts';

test.each([
  ['/ISK5\\2M550T-1012\r\n\r\n', 'ISK', '2M550T-1012'],
  ['/ISK5\\\\2M550T-10111-\r\n', 'ISK', '2M550T-10111-'],
  ['/Ene5\\T211 ESMR 5.0\r\n', 'Ene', 'T211 ESMR 5.0'],
  ['/KFM5KAIFA-METER\n', 'KFM', 'KAIFA-METER'],
  ['/HLY5/D545-METER\r\n', 'HLY', 'D545-METER'],
  ['/ADN9 6534\r\n', 'ADN', '6534'],
  ['/KAM5\r\n', 'KAM', ''],
])('%j is of %s, model %j', (text, manufacturer, model) => {
  expect(modelOf(headerOf(Buffer.from(text)))).toEqual({ manufacturer, model });
});

test.each([
  ['/KMP5 KA6U001660297912\r\n', 'KMP5 KA6U', 'KA6U'],
  ['/XMX5XMXABCE100103855\r\n', 'XMX5XMXABCE', 'XMXABCE'],
  ['/FLU5\\253769484_A\r\n', 'FLU5\\', ''],
])('the number of the meter in %j is left out', (text, header, model) => {
  expect(headerOf(Buffer.from(text))).toBe(header);
  expect(modelOf(header)?.model).toBe(model);
});

test('whoever posts values names no maker', () => {
  const header = headerOf(printPosted({ timestamp: '2026-07-01T12:00:00+02:00' }));
  expect(header).toBe('');
  expect(modelOf(header)).toBeUndefined();
});
