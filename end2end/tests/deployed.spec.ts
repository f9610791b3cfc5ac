// What `make dist` makes: one file, which needs nothing beside it.

import { expect, test as base } from '../fixtures';
import { DeployedServer, required } from '../fixtures/server';

const test = base.extend<{ deployed: DeployedServer }>({
  deployed: async ({}, use) => {
    const deployed = await DeployedServer.start(required('LATCHKEY_DEPLOYED_SERVER'));
    await use(deployed);
    await deployed.stop();
  },
  baseURL: async ({ deployed }, use) => use(deployed.url),
});

test('one file in an empty folder serves pages that come to life', async ({ page, deployed, home, registerPage, newcomer }) => {
  await registerPage.open();
  await registerPage.fill(newcomer);
  await expect(home.greeting(newcomer)).toBeVisible();
  await page.reload();
  await expect(home.timeLeft).toBeVisible();
  expect(await deployed.files()).toEqual(['data', 'latchkey']);
});

test('its files are small on the way, and kept for ever', async ({ page, deployed }) => {
  const answers = new Map<string, Record<string, string>>();
  page.on('response', (response) => answers.set(new URL(response.url()).pathname, response.headers()));
  await page.goto(deployed.url);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect.poll(() => [...answers.keys()].filter((path) => path.startsWith('/pkg/')).length).toBe(3);
  for (const [path, headers] of answers) {
    if (path.startsWith('/pkg/')) {
      expect(headers['content-encoding'], path).toMatch(/^(br|gzip)$/);
      expect(headers['cache-control'], path).toContain('immutable');
    }
  }
});
