/** What a payload says, where that is a JSON object; else one without anything in it. Never throws. */
export function objectIn(payload: Buffer | string): Readonly<Record<string, unknown>> {
  try {
    const parsed = JSON.parse(payload.toString()) as unknown;
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
