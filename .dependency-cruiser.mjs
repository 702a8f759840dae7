// The arrows of src/README.md: each folder may import only what stands to its left on the straight line.
const only = (folder, allowed) => ({
  name: `${folder}-imports`,
  comment: `src/${folder}/ may import only: ${[folder, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
});

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'dev-dependencies-stay-in-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    only('telegram', ['reading']),
    only('reading', ['telegram']),
    only('storage', []),
    only('journal', ['time', 'telegram', 'reading', 'storage']),
    only('outbox', ['time', 'telegram', 'reading', 'journal']),
    only('endpoints', ['settings', 'privacy', 'telegram', 'reading', 'journal', 'outbox']),
    only('history', ['time', 'telegram', 'reading', 'storage', 'journal']),
    only('ingest', ['telegram', 'reading', 'journal', 'telemetry']),
    only('serial', ['time', 'telegram']),
    only('simulator', ['telegram', 'reading']),
    only('settings', []),
    only('time', []),
    only('privacy', []),
    only('sources', ['settings', 'time', 'serial', 'simulator', 'telegram']),
    only('config', ['settings', 'sources', 'endpoints']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
