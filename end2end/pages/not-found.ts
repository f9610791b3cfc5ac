import type { Locator, Page } from '@playwright/test';

export class NotFoundPage {
  readonly heading: Locator;
  readonly start: Locator;

  constructor(page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Page not found' });
    this.start = page.getByRole('main').getByRole('link', { name: 'Go to the start' });
  }
}
