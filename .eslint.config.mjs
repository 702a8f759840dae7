import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/*.d.ts', '**/*.mjs', '**/*.py', 'src/web/public/**'] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './test/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      // Its objects must not be left to the garbage collector: see src/storage/database.ts.
      'no-restricted-imports': ['error', 'better-sqlite3'],
    },
  },
  { files: ['src/storage/database.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['test/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-console': 'off' } },
);
