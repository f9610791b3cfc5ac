import { expect, type Locator, type Page } from '@playwright/test';
import { hydrated } from '../fixtures/hydration';

/** The pages on which the signed-in see and change their account. */
export class SettingsPage {
  readonly main: Locator;
  readonly heading: Locator;
  /** The ways between the pages. */
  readonly ways: Locator;
  /** What is said of the whole form. */
  readonly alert: Locator;
  /** The dialog that asks for the password again. */
  readonly proof: Locator;
  readonly proofPassword: Locator;
  readonly goOn: Locator;
  readonly cancel: Locator;
  /** That there is no password to be asked for. */
  readonly noPassword: Locator;
  /** A dialog that asks before something is done. */
  readonly question: Locator;
  readonly username: Locator;
  readonly newEmail: Locator;
  readonly currentPassword: Locator;
  readonly newPassword: Locator;
  /** The lines of a list of sessions or of events. */
  readonly rows: Locator;
  /** What stands above every page until the address is proven. */
  readonly verifyBanner: Locator;
  /** What stands above every page while the account is to be deleted. */
  readonly deletionBanner: Locator;
  /** The same once the day has come. */
  readonly goingBanner: Locator;

  constructor(readonly page: Page) {
    this.main = page.getByRole('main');
    this.heading = this.main.getByRole('heading', { level: 1 });
    this.ways = page.getByRole('navigation', { name: 'Settings' });
    this.alert = this.main.getByRole('alert');
    this.proof = page.getByRole('dialog', { name: 'Is it still you?' });
    this.proofPassword = this.proof.getByLabel('Password', { exact: true });
    this.goOn = this.proof.getByRole('button', { name: /^(Go on|Checking…)$/ });
    this.cancel = this.proof.getByRole('button', { name: 'Cancel' });
    this.noPassword = page.getByText('There is no password on your account now.');
    this.question = this.main.getByRole('dialog');
    this.username = this.main.getByRole('textbox', { name: 'Username', exact: true });
    this.newEmail = this.main.getByLabel('New address');
    this.currentPassword = this.main.getByLabel('Current password', { exact: true });
    this.newPassword = this.main.getByLabel('New password', { exact: true });
    this.rows = this.main.locator('.rows').getByRole('listitem');
    this.verifyBanner = this.main.getByRole('region', { name: 'Your email address' });
    this.deletionBanner = this.main.getByRole('region', { name: 'Your account will be deleted' });
    this.goingBanner = this.main.getByRole('region', { name: 'Your account is being deleted' });
  }

  /** Opens a page of the settings, the first of all without a name, and waits until it has come to life. */
  async open(name = ''): Promise<void> {
    await this.page.goto(name === '' ? '/settings' : `/settings/${name}`);
    await hydrated(this.page);
  }

  /** A button of the page. */
  button(name: string | RegExp): Locator {
    return this.main.getByRole('button', { name });
  }

  /** That something was done. */
  said(what: string | RegExp): Locator {
    return this.main.getByRole('status').filter({ hasText: what });
  }

  /** Answers what is asked. */
  async answer(answer: string): Promise<void> {
    await this.question.getByRole('button', { name: answer }).click();
    await expect(this.question).toHaveCount(0);
  }

  /** Types the password that is asked for again. */
  async prove(password: string): Promise<void> {
    await this.proofPassword.fill(password);
    await this.goOn.click();
  }
}
