import vue from 'eslint-plugin-vue'
import a11y from 'eslint-plugin-vuejs-accessibility'
import globals from 'globals'
import ts from 'typescript-eslint'

const noDatabaseByFs = {
  // On POSIX, closing any descriptor of a file drops every lock this process holds on it: SQLite's locks on the
  // archive or on Hassette's file would vanish. fs.stat is the only safe call; see docs/decisions.md.
  paths: ['fs', 'node:fs', 'fs/promises', 'node:fs/promises', 'original-fs'].map((name) => ({
    name,
    message: 'In the layers that touch database files only src/main/archive/file-facts.ts may use fs (stat only).',
  })),
}

export default ts.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', 'test/fixtures/**'] },
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  ...a11y.configs['flat/recommended'],
  {
    languageOptions: { parserOptions: { parser: ts.parser, ecmaVersion: 'latest', sourceType: 'module' } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'no-console': 'error',
      eqeqeq: 'error',
      'prefer-const': 'error',
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  {
    files: ['src/main/archive/**', 'src/main/sources/**'],
    rules: { 'no-restricted-imports': ['error', noDatabaseByFs] },
  },
  // The recording is no database yet while it is read, and discovery opens configuration files only.
  {
    files: ['src/main/archive/file-facts.ts', 'src/main/sources/sample.ts', 'src/main/sources/discovery.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['src/renderer/**'], languageOptions: { globals: globals.browser } },
  {
    files: ['scripts/**', '*.config.*', 'dev/vite.config.ts', '.*.cjs'],
    languageOptions: { globals: globals.node },
    rules: { 'no-console': 'off', 'no-restricted-exports': 'off', '@typescript-eslint/no-require-imports': 'off' },
  },
  { files: ['test/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
)
