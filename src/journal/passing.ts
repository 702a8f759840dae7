/** Names of errors whose cause is the disk, and not this program or its settings: a later try may find it well. */
export const PASSING: readonly string[] = ['JournalFull', 'DiskTrouble'];
