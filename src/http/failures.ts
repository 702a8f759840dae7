/** The request was never sent: the far side could not be connected to. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** The request was sent, in part or whole, and no answer came: what became of it nobody knows. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Whatever listens there is no web server. */
export class NotHttp extends Error {
  override readonly name = 'NotHttp';
}
