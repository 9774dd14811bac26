import { memberText } from '../../../src/machines/import/member-text';

test.each([
  ['{"Driver": {"Size": 9007199254740993, "At": 1.10}}', '{"Size": 9007199254740993, "At": 1.10}'],
  ['{"A": {"Driver": 1}, "Driver" :\n{"B": [{"Driver": 2}, "}"]}, "C": "Driver"}', '{"B": [{"Driver": 2}, "}"]}'],
  [String.raw`{"C": "\"Driver\": {}, \\", "Driver": {"D": "\\"}}`, String.raw`{"D": "\\"}`],
  [String.raw`{"\u0044river": {}}`, '{}'],
  ['{"Driver": {"One": 1}, "Driver": {"Two": 2}}', '{"Two": 2}'],
  ['{"Driver": null}', 'null'],
  ['{"Name": "Driver"}', undefined],
  ['{}', undefined],
  ['["Driver", {"Driver": 1}]', undefined],
])('what stands in %s', (text, member) => {
  expect(memberText(text, 'Driver')).toBe(member);
});
