/** The authentication key that Luxembourg's specification fixes for all of its meters: no secret. */
export const LUXEMBOURG = '00112233445566778899AABBCCDDEEFF';

/** Whether a text has the form of a key that meters encrypt with (AES-128). */
export const isMeterKey = (text: string): boolean => /^[0-9A-Fa-f]{32}$/.test(text);
