import type { Locator, Page } from '@playwright/test';

/** What is shown where the server answered with an error. */
export class ErrorPage {
  readonly heading: Locator;
  readonly comfort: Locator;
  readonly start: Locator;

  constructor(page: Page, heading: string) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: heading });
    this.comfort = main.getByText('You are not signed out by this');
    this.start = main.getByRole('link', { name: 'Go to the start' });
  }
}
