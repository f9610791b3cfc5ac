import type { Locator, Page } from '@playwright/test';
import type { Person } from '../fixtures/person';
import { hydrated } from '../fixtures/hydration';
import { fact } from './fact';

export class HomePage {
  readonly heading: Locator;
  readonly accessToken: Locator;
  readonly refreshToken: Locator;
  readonly timeLeft: Locator;
  readonly generation: Locator;
  readonly story: Locator;
  readonly happenings: Locator;
  readonly refreshNow: Locator;
  readonly signOutEverywhere: Locator;
  /** The dialog that asks before it is done. */
  readonly question: Locator;
  readonly notice: Locator;
  readonly dismiss: Locator;
  /** What is said when a call got no answer. */
  readonly trouble: Locator;
  readonly closeTrouble: Locator;
  readonly createAccount: Locator;
  readonly signIn: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole('main');
    this.heading = main.getByRole('heading', { level: 1 });
    this.accessToken = main.getByRole('region', { name: 'Access token', exact: true });
    this.refreshToken = main.getByRole('region', { name: 'Refresh token', exact: true });
    this.timeLeft = this.accessToken.getByText(/^\d+:\d\d$/);
    this.generation = fact(this.refreshToken, 'Generation');
    this.story = main.getByRole('region', { name: 'What happened' });
    this.happenings = this.story.getByRole('listitem');
    this.refreshNow = this.accessToken.getByRole('button');
    this.signOutEverywhere = this.refreshToken.getByRole('button', { name: /^(Sign out everywhere|Signing out…)$/ });
    this.question = this.refreshToken.getByRole('dialog');
    this.notice = main.getByRole('status').filter({ hasText: 'We ended a session of yours' });
    this.dismiss = this.notice.getByRole('button', { name: 'Dismiss' });
    this.trouble = page.getByRole('alert').filter({ hasText: 'You are still signed in.' });
    this.closeTrouble = this.trouble.getByRole('button', { name: 'Close' });
    this.createAccount = main.getByRole('link', { name: 'Create an account' });
    this.signIn = main.getByRole('link', { name: 'Sign in' });
  }

  async open(): Promise<void> {
    await this.page.goto('/');
    await hydrated(this.page);
  }

  greeting(person: Person): Locator {
    return this.page.getByRole('heading', { level: 1, name: `Hello, ${person.username}` });
  }

  /** Waits until the page has asked for all that it asks for by itself. */
  async settled(): Promise<void> {
    await this.happened(/proof that it arrived/).first().waitFor();
  }

  /** Presses the button that signs out everywhere, and answers what it asks. */
  async answerSignOutEverywhere(answer: string): Promise<void> {
    await this.signOutEverywhere.click();
    await this.question.getByRole('button', { name: answer }).click();
  }

  /** What has happened that reads like `what`, the newest first. */
  happened(what: RegExp): Locator {
    return this.happenings.filter({ hasText: what });
  }
}
