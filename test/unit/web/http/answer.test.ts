import { expect, test } from 'vitest';
import { list } from '../../../../src/web/http/answer.ts';

const wish = (accept?: string) => ({ query: {}, headers: { accept } });
const rows = [{ day: '2026-07-01', import: 7 }];
const pages = { nextPage: '/list?offset=20', prevPage: '/list?offset=0' };
const LINKS = '</list?offset=20>; rel="next", </list?offset=0>; rel="prev"';

test.each([
  [undefined, { data: rows, total: 30, ...pages }],
  ['application/json', { data: rows, total: 30, ...pages }],
])('as JSON (%s) the whole comes, and its head says where it goes on', (accept, whole) => {
  const { headers, body } = list(wish(accept), rows, whole);
  expect(JSON.parse(String(body))).toEqual(whole);
  expect(headers).toEqual({ 'content-type': 'application/json', link: LINKS });
});

test('a format without a place for it says it in the head as well', () => {
  const { headers, body } = list(wish('text/csv'), rows, { data: rows, ...pages }, { 'x-next-starting-id': '8' });
  expect(body).toBe('day,import\r\n2026-07-01,7\r\n');
  expect(headers).toMatchObject({ link: LINKS, 'x-next-starting-id': '8' });
});

test.each([
  ['the only page', { data: rows, nextPage: null, prevPage: null }],
  ['a list without pages', undefined],
  ['an array', rows],
])('%s links to nothing', (_, whole) => {
  expect(list(wish(), rows, whole).headers).not.toHaveProperty('link');
  expect(list(wish('application/x-ndjson'), rows, whole).headers).not.toHaveProperty('link');
});

test('rows alone stand in data, an array stands alone', () => {
  expect(list(wish(), rows).body).toBe('{"data":[{"day":"2026-07-01","import":7}]}');
  expect(list(wish(), rows, rows).body).toBe('[{"day":"2026-07-01","import":7}]');
});

test('what is asked for in the address goes before what the client takes', () => {
  const { body } = list({ query: { format: 'ndjson' }, headers: { accept: 'text/csv' } }, rows);
  expect(body).toBe('{"day":"2026-07-01","import":7}\n');
});
