// The clock can be turned in the build for these tests, and in no other.

import { expect, test } from '../fixtures';
import { required, startRefused } from '../fixtures/server';

test('the ordinary build refuses the setting of the control port', async () => {
  const { code, output } = await startRefused(required('LATCHKEY_ORDINARY_SERVER'), { LATCHKEY_TEST_CLOCK_LISTEN: '127.0.0.1:0' });
  expect(code).not.toBe(0);
  expect(code).not.toBeNull();
  expect(output).toContain('LATCHKEY_TEST_CLOCK_LISTEN');
  expect(output).toContain('no setting');
  expect(output).not.toContain('is ready at');
});

test('the build for these tests takes it on loopback alone', async () => {
  const { code, output } = await startRefused(required('LATCHKEY_SERVER'), { LATCHKEY_TEST_CLOCK_LISTEN: '0.0.0.0:0' });
  expect(code).not.toBe(0);
  expect(code).not.toBeNull();
  expect(output).toContain('LATCHKEY_TEST_CLOCK_LISTEN');
});
