import type { Locator, Page } from '@playwright/test';

/** Where another password is chosen, by the link of a letter. */
export class ResetPasswordPage {
  readonly heading: Locator;
  readonly password: Locator;
  readonly submit: Locator;
  readonly advice: Locator;
  /** That the link is good for nothing. */
  readonly isVoid: Locator;
  readonly askAgain: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1, name: 'Choose another password' });
    this.password = page.getByLabel('New password', { exact: true });
    this.submit = main.getByRole('button', { name: 'Change the password' });
    this.advice = page.locator('#password-hint');
    this.isVoid = main.getByText('This link can\'t be used any more');
    this.askAgain = main.getByRole('link', { name: 'Ask for another letter' });
  }

  async fill(password: string): Promise<void> {
    await this.password.fill(password);
    await this.submit.click();
  }
}
