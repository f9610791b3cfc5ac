import type { Locator, Page } from '@playwright/test';

/** Where one proves that an address is one's own. */
export class VerifyEmailPage {
  readonly heading: Locator;
  readonly code: Locator;
  readonly confirm: Locator;
  readonly sendAgain: Locator;
  /** That another letter is on its way. */
  readonly sent: Locator;
  readonly done: Locator;
  readonly alert: Locator;
  /** That the link is good for nothing. */
  readonly isVoid: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Confirm your email address' });
    this.code = page.getByLabel('Code from the letter');
    this.confirm = main.getByRole('button', { name: 'Confirm my address' });
    this.sendAgain = main.getByRole('button', { name: 'Send a letter' });
    this.sent = main.getByText('Another letter is on its way.');
    this.done = main.getByText('Your address is confirmed.');
    this.alert = main.getByRole('alert');
    this.isVoid = main.getByText('This link can\'t be used any more');
  }

  async visit(): Promise<void> {
    await this.page.goto('/verify-email', { waitUntil: 'domcontentloaded' });
  }
}
