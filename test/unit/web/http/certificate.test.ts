import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readCertificate } from '../../../../src/web/http/certificate.ts';
import { temporaryFolder } from '../../../support/service.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const name of ['one', 'other']) {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`];
    const args = ['req', '-x509', ...curve, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
    execFileSync('openssl', args, { stdio: 'ignore' });
  }
  writeFileSync(at('text'), 'no PEM');
});

test('a certificate and its key are read', () => {
  const { cert, key } = readCertificate({ cert: at('one.pem'), key: at('one.key') });
  expect([cert.toString(), key.toString()]).toEqual([
    expect.stringContaining('BEGIN CERTIFICATE'),
    expect.stringContaining('BEGIN PRIVATE KEY'),
  ]);
});

test.each([
  ['gone', 'one.key', 'http.tls.cert: FOLDER/gone does not exist, expected a PEM file'],
  ['one.pem', 'gone', 'http.tls.key: FOLDER/gone does not exist, expected a PEM file'],
  ['', 'one.key', 'http.tls.cert: FOLDER is a folder, expected a PEM file'],
  ['text', 'one.key', 'http.tls.cert: FOLDER/text holds none, expected a certificate as PEM'],
  ['one.pem', 'one.pem', 'http.tls.key: FOLDER/one.pem holds none, expected a key as PEM, without a password'],
  [
    'one.pem',
    'other.key',
    'http.tls.key: FOLDER/other.key is not the key of the certificate in FOLDER/one.pem, expected the two that were made together',
  ],
])('%s with %s is told', (cert, key, said) => {
  const read = (): unknown => readCertificate({ cert: at(cert), key: at(key) });
  expect(read).toThrow(said.replaceAll('FOLDER', folder));
});
