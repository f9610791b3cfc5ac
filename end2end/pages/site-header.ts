import type { Locator, Page } from '@playwright/test';

/** The line at the top of every page. */
export class SiteHeader {
  readonly brand: Locator;
  readonly signIn: Locator;
  readonly createAccount: Locator;
  readonly session: Locator;
  readonly profile: Locator;
  readonly settings: Locator;
  readonly signOut: Locator;

  constructor(page: Page) {
    const banner = page.getByRole('banner');
    this.brand = banner.getByRole('link', { name: 'Latchkey' });
    this.signIn = banner.getByRole('link', { name: 'Sign in' });
    this.createAccount = banner.getByRole('link', { name: 'Create account' });
    this.session = banner.getByRole('link', { name: 'Session' });
    this.profile = banner.getByRole('link', { name: 'Profile' });
    this.settings = banner.getByRole('link', { name: 'Settings' });
    this.signOut = banner.getByRole('button', { name: /^Sign(ing)? out/ });
  }
}
