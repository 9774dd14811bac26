import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { template } from '../../../../src/cli/template';
import type { Fields } from '../../../../src/cli/template/value';

interface Answer {
  template: string;
  output: string;
  refused?: 'parse' | 'execute';
}

const { data } = read('cases.json') as { data: Fields };
/** What Go itself makes of each; golden.go writes it. */
const answers = read('golden.json') as Answer[];

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, name), 'utf8'));
}

test.each(answers.filter(({ refused }) => refused === undefined).map((each) => [each.template, each.output]))(
  '%j is what Go makes of it',
  (source, output) => {
    expect(template(source).execute(data, { missing: 'no value' })).toBe(output);
  },
);

test.each(answers.filter(({ refused }) => refused === 'parse').map((each) => [each.template]))(
  '%j is refused, as Go does, when it is read',
  (source) => {
    expect(() => template(source)).toThrow(/^template: (?:line \d+: )?./);
  },
);

test.each(answers.filter(({ refused }) => refused === 'execute').map((each) => [each.template]))(
  '%j is refused, as Go does, when it is filled in',
  (source) => {
    expect(() => template(source).execute(data, { missing: 'no value' })).toThrow(/^template: ./);
  },
);

test('a field that there is not is told with those that there are, where they are all known', () => {
  const filled = template('{{.Nmae}}');
  expect(() => filled.execute({ Name: 'dev', State: 'Running' }, { missing: 'error' })).toThrow(
    'template: .Nmae: there is no field Nmae; there is Name, State',
  );
});

test('a mistake is told with its line', () => {
  expect(() => template('one\n{{if .On}}\n{{nope}}')).toThrow('template: line 3: function "nope" not defined');
});
