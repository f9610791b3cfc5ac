import type { Locator, Page } from '@playwright/test';
import { fact } from './fact';

export class ProfilePage {
  readonly heading: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Profile' });
  }

  async open(): Promise<void> {
    await this.page.goto('/profile');
  }

  /** What is told of the account under `name`. */
  fact(name: string): Locator {
    return fact(this.page, name);
  }
}
