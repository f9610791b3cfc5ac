import type { Locator, Page } from '@playwright/test';

/** Where a letter is asked for by which another password is chosen. */
export class ForgotPasswordPage {
  readonly heading: Locator;
  readonly email: Locator;
  readonly submit: Locator;
  /** That the letter is on its way, if there is such an account. */
  readonly asked: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Forgot your password?' });
    this.email = page.getByLabel('Email', { exact: true });
    this.submit = main.getByRole('button', { name: 'Send the letter' });
    this.asked = main.getByText('If there is an account with this address, a letter is on its way. The link in it is good for 30 minutes.');
  }

  async visit(): Promise<void> {
    await this.page.goto('/forgot-password', { waitUntil: 'domcontentloaded' });
  }

  async ask(email: string): Promise<void> {
    await this.email.fill(email);
    await this.submit.click();
  }
}
