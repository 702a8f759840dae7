import { expect, test } from 'vitest';
import { makeKey } from '../../../../src/web/access/key.ts';
import { Tokens, type Login } from '../../../../src/web/access/tokens.ts';

test('a login ends after six hours', () => {
  let nowMs = 0;
  const ended: Login[] = [];
  const tokens = new Tokens(
    (login) => ended.push(login),
    () => nowMs,
  );
  const wish = { name: 'phone', scopes: ['usage:read'], expires: undefined, cidrs: [], meters: [] } as const;
  const { key } = makeKey(wish, new Date());
  const { token, login } = tokens.issue(key, '7');

  nowMs = 6 * 3_600_000 - 1;
  expect(tokens.find(token)).toMatchObject({ keyId: key.id, sessionId: '7' });
  expect(tokens.has(login)).toBe(true);
  nowMs += 1;
  expect([tokens.find(token), tokens.has(login)]).toEqual([undefined, false]);
  // Its session is over once somebody else logs in.
  tokens.issue(key, '8');
  expect(ended.map(({ sessionId }) => sessionId)).toEqual(['7']);
});
