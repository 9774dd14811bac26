import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Which floor each room of src/ stands on. A room imports what stands on a floor below its own, and nothing else: not a
 * neighbour on the same floor, nothing above. A new room is entered here before it can import anything.
 */
const FLOORS = {
  cli: 7,
  index: 6,
  driver: 6,
  testing: 6,
  machines: 5,
  drivers: 4,
  images: 3,
  provision: 3,
  docker: 3,
  resources: 2,
  ssh: 2,
  native: 2,
  net: 1,
  units: 1,
  files: 1,
  'import-module': 1,
  shape: 1,
  yaml: 1,
  errors: 0,
};

/** A room that sees less than the floors below it. */
const ONLY = { cli: ['index'] };

/** How deep folders may lie inside a room. */
const DEPTHS = [1, 2, 3, 4, 5];

const BY_ITSELF = {
  regex: '^hvkit(?:/|$)',
  message: 'Inside the package a module is named by its path.',
};
const DETOUR = {
  regex: String.raw`^\./\.\./|[^.]/\.\.(?:/|$)|/$|(?:^|/)\.\.?$`,
  message: 'Name a module by its shortest path, so that the rules on who may import whom can read it.',
};
const LOADING = ['node:module', 'module'].map((name) => ({ name, message: 'Only src/native loads addons.' }));

/** Keeps imports of `files` to what the regular expressions do not name; also `import('x')` in types, and late `require('x')`. */
function keepImports(files, forbiddenHere) {
  const patterns = [...forbiddenHere, BY_ITSELF, DETOUR];
  const loadsAddons = files.every((file) => file.startsWith('src/native/'));
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { paths: loadsAddons ? [] : LOADING, patterns }],
      'no-restricted-syntax': [
        'error',
        ...patterns.flatMap(({ regex, message }) => {
          const value = `value=/${regex.replaceAll('/', String.raw`\/`)}/`;
          return [
            { selector: `:matches(ImportExpression, TSImportType)[source.${value}]`, message },
            { selector: `CallExpression[callee.name="require"][arguments.0.${value}]`, message },
          ];
        }),
      ],
    },
  };
}

/** What a file `depth` folders below src/ may not import. */
function forbidden(room, floor, depth) {
  const allowed = ONLY[room] ?? Object.keys(FLOORS).filter((other) => FLOORS[other] < floor);
  const patterns = [
    {
      regex: `^${up(depth)}${allowed.map((name) => `(?!${name}(?:/|$))`).join('')}`,
      message: `src/${room} (floor ${floor}) may import from src: ${allowed.join(', ') || 'nothing'}.`,
    },
  ];
  if (room === 'machines') {
    patterns.push({
      regex: `^${up(depth)}drivers/(?!(?:driver|spec|registry)$)`,
      message: 'machines is handed its driver by the registry and knows none by name.',
    });
  }
  if (room === 'drivers' && depth > 1) {
    patterns.push({
      regex: String.raw`^${up(depth - 1)}(?!\.\./|driver$)`,
      message: 'A driver knows nothing of other drivers, nor of the registry: of src/drivers it may import driver.ts.',
    });
  }
  return patterns;
}

/** The start of a path to src/ itself, as a regular expression. */
function up(depth) {
  return depth === 0 ? String.raw`\.\.?/` : String.raw`\.\./`.repeat(depth);
}

const importDirection = [
  keepImports(
    ['src/**/*.ts'],
    [
      {
        regex: String.raw`^\.`,
        message: 'This file is in no room: enter it in the table FLOORS of eslint.config.mjs.',
      },
    ],
  ),
  ...Object.entries(FLOORS).flatMap(([room, floor]) => [
    keepImports([`src/${room}.ts`], forbidden(room, floor, 0)),
    ...DEPTHS.map((depth) => keepImports([`src/${room}/${'*/'.repeat(depth - 1)}*.ts`], forbidden(room, floor, depth))),
  ]),
];

export default defineConfig(
  globalIgnores(['build/', 'dist/', 'coverage/', 'prebuilds/']),
  {
    // A rule that does not fit is changed here, with its reason, for everybody.
    linterOptions: { noInlineConfig: true },
  },
  {
    files: ['**/*.{ts,js,mjs}'],
    extends: [js.configs.recommended],
    languageOptions: { globals: readonlyGlobals() },
    rules: {
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'object-shorthand': 'error',
      'prefer-template': 'error',
      'max-lines': ['error', { max: 400 }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `loadAddon<Libvirt>('libvirt')`: the caller says what a native module holds, nobody else can.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // At libvirt's boundary each enum is a number: one that a newer libvirt gives may be no member at all.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // What a command may not need is loaded late: `require('./x') as typeof import('./x')`. The first `import()` of a process
      // starts Node's other module loader, which costs as much as a large package, and takes a second copy of zod.
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  importDirection,
  {
    // As long as libvirt's API description, and with the synonyms that libvirt has.
    files: ['src/native/libvirt/{enums,calls}.ts'],
    rules: { 'max-lines': 'off', '@typescript-eslint/no-duplicate-enum-values': 'off' },
  },
  {
    // Tests and benchmarks hold what comes from outside: JSON, child processes, another library's answers.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // Programs that people start: their output is what they are for.
    files: ['scripts/**', 'bench/**', 'test/**/*.mjs', 'src/cli/**'],
    rules: { 'no-console': 'off' },
  },
);

function readonlyGlobals() {
  const names = [...Object.getOwnPropertyNames(globalThis), 'require', 'module', 'exports', '__dirname', '__filename'];
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
