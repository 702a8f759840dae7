const UNKNOWN_SIGNER = 'has a certificate that nobody known here signed: set ca to the file of the one that did';

/** Ways in which a connection does not come about; nothing was sent. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'has a name that does not exist: check url',
  EAI_AGAIN: 'has a name that cannot be looked up now: is the network up?',
  ECONNREFUSED: 'refuses the connection: is the server running there?',
  EHOSTUNREACH: 'cannot be reached: no way to that host',
  ENETUNREACH: 'cannot be reached: no network',
  UND_ERR_CONNECT_TIMEOUT: 'does not take the connection in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_SIGNER,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_SIGNER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_SIGNER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_SIGNER,
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another host name',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: "has a certificate that is not valid yet: is this machine's clock right?",
  EPROTO: 'does not speak TLS: should url begin with http://?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS: should url begin with http://?',
};

/** Why a far side could not be connected to, behind its address: what failed, and what to look at. */
export function unreachable(address: string, error: Error): string {
  return `${address} ${UNREACHABLE[codeOf(error)] ?? `cannot be reached: ${error.message}`}`;
}

/** The system's code for an error, or ''. Where a host has several addresses the error holds one for each: they tell the same story. */
export function codeOf(error: Error & { code?: unknown; errors?: unknown }): string {
  const inner: unknown = Array.isArray(error.errors) ? error.errors[0] : undefined;
  const code = error.code ?? (inner instanceof Error ? (inner as NodeJS.ErrnoException).code : undefined);
  return typeof code === 'string' ? code : '';
}
