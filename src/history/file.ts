/** The database file in the state directory. */
export const HISTORY_FILE = 'history.db';
