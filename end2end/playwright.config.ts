import { existsSync } from 'node:fs';
import { defineConfig, type ReporterDescription } from '@playwright/test';

// Debian's Chromium where nothing else is said: Playwright's own download is not needed.
const debian = '/usr/bin/chromium';
const executablePath = process.env.CHROMIUM || (existsSync(debian) ? debian : undefined);

const reporter: ReporterDescription[] = [['line']];
if (process.env.PLAYWRIGHT_JSON_OUTPUT_NAME) {
  reporter.push(['json']);
}

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  // A test that passes at the second try has failed at the first.
  retries: 0,
  forbidOnly: true,
  timeout: 30_000,
  expect: { timeout: 7_000 },
  reporter,
  use: {
    browserName: 'chromium',
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
});
