import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { HttpConfig } from '../../config/http.ts';

/** A file of `http.tls` that cannot be used; the text names it, and says what to do. */
class CertificateFault extends Error {
  override readonly name = 'CertificateFault';
}

interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

/** Reads the files of a certificate and its key, and whether they fit each other. @throws {CertificateFault} */
export function readCertificate(files: NonNullable<HttpConfig['tls']>): Certificate {
  const cert = readPem('cert', files.cert);
  const key = readPem('key', files.key);
  const certificate = parsed('cert', files.cert, 'a certificate as PEM', () => new X509Certificate(cert));
  const its = parsed('key', files.key, 'a key as PEM, without a password', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(its))
    throw new CertificateFault(
      `http.tls.key: ${files.key} is not the key of the certificate in ${files.cert}, expected the two that were made together`,
    );
  return { cert, key, minVersion: 'TLSv1.2' };
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist, expected a PEM file',
  EACCES: 'may not be read by this user; give the user of the service the right to',
  EISDIR: 'is a folder, expected a PEM file',
};

function readPem(setting: 'cert' | 'key', path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new CertificateFault(`http.tls.${setting}: ${path} ${WHY[code] ?? `cannot be read: ${message}`}`, {
      cause: error,
    });
  }
}

function parsed<T>(setting: 'cert' | 'key', path: string, wanted: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new CertificateFault(`http.tls.${setting}: ${path} holds none, expected ${wanted}`, { cause: error });
  }
}
