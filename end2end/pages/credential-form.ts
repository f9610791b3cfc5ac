import type { Locator, Page, Response } from '@playwright/test';
import { hydrated } from '../fixtures/hydration';

/** What the forms for signing in and for creating an account share. */
export abstract class CredentialForm {
  readonly heading: Locator;
  readonly password: Locator;
  readonly showPassword: Locator;
  readonly hidePassword: Locator;
  readonly alert: Locator;
  abstract readonly username: Locator;
  abstract readonly submit: Locator;

  protected constructor(
    readonly page: Page,
    private readonly path: string,
    title: string,
  ) {
    this.heading = page.getByRole('heading', { level: 1, name: title });
    this.password = page.getByLabel('Password', { exact: true });
    this.showPassword = page.getByRole('button', { name: 'Show password' });
    this.hidePassword = page.getByRole('button', { name: 'Hide password' });
    this.alert = page.getByRole('main').getByRole('alert');
  }

  /** Opens the page and waits until it has come to life. */
  async open(query = ''): Promise<void> {
    await this.visit(query);
    await hydrated(this.page);
  }

  /** Opens the page, alive or not. */
  async visit(query = ''): Promise<Response | null> {
    return this.page.goto(this.path + query, { waitUntil: 'domcontentloaded' });
  }
}
